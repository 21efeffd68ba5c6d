/** Finds a module that somebody names, and sees to it that it lies where modules may lie. */
import { realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AgentError } from '@seamfold/core/kit'

/**
 * The module with its whole path, links followed, and what stands behind `#`. Paths are relative to the first folder that has them.
 * Throws `invalid_argument` for one that lies elsewhere.
 */
export async function located(module: string, folders: readonly string[]): Promise<string> {
  const [, path = '', name = ''] = /^(.*?)(#[^#/]*)?$/s.exec(module) ?? []
  const file = path.startsWith('file:') ? fileURLToPath(path) : path
  for (const folder of folders) {
    const found = await realpath(resolve(folder, file)).catch(() => undefined)
    if (found === undefined) continue
    const roots = await Promise.all(folders.map((each) => realpath(each)))
    if (roots.some((root) => found.startsWith(`${root}${sep}`))) return `${found}${name}`
    const places = folders.length === 1 ? folder : folders.join(' and of ')
    throw new AgentError(
      'invalid_argument',
      `The module ${found} lies outside of ${places}. Put a file there that exports it: export { myStore } from '${found}'`,
    )
  }
  throw new AgentError('invalid_argument', `There is no module ${path} in ${folders.join(' or in ')}: it cannot be loaded.`)
}
