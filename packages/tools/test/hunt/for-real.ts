/** Runs lines for real in a sandbox of their own, and returns those that changed or started something. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxedShell } from '../../src/sandbox/sandboxed-shell.ts'
import type { Changed, Given } from './throwaway.ts'

/** `folder` is an empty one, for the lines and what came of them. Throws when the run itself fails. */
export async function runForReal(folder: string, given: Given): Promise<readonly Changed[]> {
  writeFileSync(join(folder, 'given.json'), JSON.stringify(given))
  const shell = sandboxedShell({
    directory: folder,
    sandbox: {
      mode: 'required',
      readable: [import.meta.dirname, process.execPath],
      limits: { processes: 200, temporaryBytes: 200 * 1024 ** 2 },
    },
  })
  let said = ''
  const { exitCode } = await shell.run(
    `'${process.execPath}' --disable-warning=ExperimentalWarning '${join(import.meta.dirname, 'throwaway.ts')}' given.json '${join(folder, 'changed.json')}'`,
    { timeoutMs: 3_600_000, signal: new AbortController().signal, onOutput: (chunk) => void (said += String(chunk)) },
  )
  if (exitCode !== 0) throw new Error(`the lines were not run: ${said}`)
  return JSON.parse(readFileSync(join(folder, 'changed.json'), 'utf8')) as readonly Changed[]
}
