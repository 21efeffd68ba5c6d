/** Reads a file of settings, JSON or a script, with the lines of its keys. */
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { AgentError, toMessage } from '@seamfold/core/kit'
import { brokenLine, linesByPath } from './json-lines.ts'
import { loadErrorText } from './load-error.ts'
import { linesOfScript } from './script-lines.ts'

export type Source = { readonly file: string; readonly data: unknown; lineOf(path: readonly PropertyKey[]): number | undefined }

/** `exports` says what a script has to export. Throws `invalid_argument`, naming the file and, where it can be told, the line. */
export async function readSource(file: string, exports: string): Promise<Source> {
  if (file.endsWith('.json')) return fromJson(file)
  const lines = linesOfScript(await readFile(file, 'utf8').catch(() => ''))
  return { file, data: await imported(file, exports), lineOf: (path) => lines.get(path.map(String).join('.')) }
}

async function fromJson(file: string): Promise<Source> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AgentError('invalid_argument', `${file} cannot be read: ${toMessage(error)}`, { cause: error })
  })
  try {
    const data: unknown = JSON.parse(text)
    const lines = linesByPath(text)
    return { file, data, lineOf: (path) => lines.get(path.map(String).join('.')) }
  } catch (error) {
    const line = brokenLine(text, error)
    throw new AgentError('invalid_argument', `${file}${line === undefined ? '' : `:${line}`} is not valid JSON: ${toMessage(error)}`, {
      cause: error,
    })
  }
}

async function imported(file: string, exports: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
    if (module.default === undefined) throw new AgentError('invalid_argument', `${file} must export ${exports}`)
    return module.default
  } catch (error) {
    if (error instanceof AgentError) throw error
    throw new AgentError('invalid_argument', await loadErrorText(file, error), { cause: error })
  }
}
