/** Finds the configuration of a workspace, reads it and holds it to its schema. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Rule } from '@seamfold/core'
import { AgentError, toMessage } from '@seamfold/core/kit'
import type { PermissionMode, SeamfoldConfig } from './config.ts'
import { brokenLine, linesByPath } from './json-lines.ts'
import { loadErrorText } from './load-error.ts'
import { suggestion } from './nearest.ts'
import { linesOfScript } from './script-lines.ts'

const NAMES = ['seamfold.config.ts', 'seamfold.config.js', 'seamfold.config.mjs', 'seamfold.config.json'] as const

/** A checked configuration. */
export type Config = Omit<SeamfoldConfig, 'permissions'> & {
  /** The file that it came from; undefined when there is none. */
  readonly file?: string
  readonly mode?: PermissionMode
  readonly rules: readonly Rule[]
}

/** The configuration file of a folder or of one above it. Throws `invalid_argument` for a folder with two. */
export function findConfig(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = NAMES.map((name) => join(at, name)).filter((file) => existsSync(file))
    if (found.length > 1)
      throw new AgentError(
        'invalid_argument',
        `There are two configurations and one must go:\n${found.map((file) => `  ${file}`).join('\n')}`,
      )
    if (found[0] !== undefined) return found[0]
    if (dirname(at) === at) return undefined
  }
}

/** The configuration that holds for a folder. Throws `invalid_argument`, naming the file, the key and, where it stands in the file, the line. */
export async function loadConfig(folder: string, given?: string): Promise<Config> {
  const file = given ?? findConfig(folder)
  if (file === undefined) return { rules: [] }
  if (given !== undefined && !existsSync(given)) throw new AgentError('invalid_argument', `There is no configuration at ${given}.`)
  if (file.endsWith('.json')) return fromJson(file)
  const lines = linesOfScript(await readFile(file, 'utf8').catch(() => ''))
  return check(await importConfig(file), { file, lineOf: (path) => lines.get(path.map(String).join('.')) })
}

async function fromJson(file: string): Promise<Config> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AgentError('invalid_argument', `${file} cannot be read: ${toMessage(error)}`, { cause: error })
  })
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    const line = brokenLine(text, error)
    throw new AgentError('invalid_argument', `${file}${line === undefined ? '' : `:${line}`} is not valid JSON: ${toMessage(error)}`, {
      cause: error,
    })
  }
  const lines = linesByPath(text)
  return check(data, { file, lineOf: (path) => lines.get(path.map(String).join('.')) })
}

async function importConfig(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
    if (module.default === undefined)
      throw new AgentError('invalid_argument', `${file} must export its configuration as default: export default defineConfig({ … })`)
    return module.default
  } catch (error) {
    if (error instanceof AgentError) throw error
    throw new AgentError('invalid_argument', await loadErrorText(file, error), { cause: error })
  }
}

type Source = { readonly file: string; lineOf(path: readonly PropertyKey[]): number | undefined }

/** Hold data to the schema, which is loaded only here: most runs have no configuration. */
async function check(data: unknown, { file, lineOf }: Source): Promise<Config> {
  const { checkConfig } = await import('./schema.ts')
  const result = checkConfig(data)
  if (!result.ok) {
    const problems = result.problems.map(({ path, message, unknown, known }) => {
      const whole = unknown === undefined ? path : [...path, unknown]
      const line = lineOf(whole)
      const key = whole.map(String).join('.')
      const words = unknown === undefined ? message : `there is no such key. ${suggestion(unknown, known)}`
      return `${file}${line === undefined ? '' : `:${line}`}: ${key === '' ? 'the configuration' : `'${key}'`}: ${words}`
    })
    throw new AgentError('invalid_argument', problems.join('\n'))
  }
  // Checked just now: the value is what the schema says.
  const { permissions, store, agents, ...rest } = result.value as SeamfoldConfig
  const open = typeof permissions === 'string' ? { mode: permissions } : permissions
  return {
    ...rest,
    file,
    rules: (open?.rules ?? []) as readonly Rule[],
    ...(open?.mode === undefined ? {} : { mode: open.mode }),
    ...(store === undefined ? {} : { store: resolve(dirname(file), store) }),
    ...(agents === undefined ? {} : { agents: agents.map((folder) => resolve(dirname(file), folder)) }),
  }
}
