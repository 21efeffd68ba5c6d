/** `seamfold sessions export`: a whole session as lines of JSON, to a file or to standard output. */
import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { exportSession } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { plural, visibleLine } from '../render/text.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { findSession } from './find-session.ts'
import { withJournal } from './with-journal.ts'

export type ExportOptions = SharedOptions & { readonly output?: string; readonly force?: boolean }

export function exportCommand(given: string | undefined, options: ExportOptions, terminal: Terminal): Promise<number> {
  const file = options.output === undefined || options.output === '-' ? undefined : resolve(terminal.folder, options.output)
  if (file !== undefined && existsSync(file) && options.force !== true)
    throw new AgentError('invalid_argument', `${file} is there already: give --force to replace it, or another name.`)
  return withJournal(options, terminal, async ({ journal }) => {
    const { id } = await findSession(journal, given)
    const lines = exportSession(journal.store, id, { blobs: journal.blobs })
    const last = await (file === undefined ? printLines(lines, terminal) : writeLines(lines, file))
    const { records, missingBlobs } = endOf(last)
    const { colors, signs } = terminal.complaintStyle()
    const say = (sign: string, words: string): void => terminal.complain(`${sign} ${words}\n`)
    if (missingBlobs.length > 0)
      say(
        colors.yellow(signs.warning),
        `${plural(missingBlobs.length, 'large output')} could not be found and ${missingBlobs.length === 1 ? 'is' : 'are'} not in it: ${missingBlobs.join(', ')}`,
      )
    if (file !== undefined) say(colors.green(signs.done), `Session ${visibleLine(id)}: ${plural(records, 'record')} in ${file}`)
    return EXIT.completed
  })
}

async function printLines(lines: AsyncIterable<string>, terminal: Terminal): Promise<string> {
  let last = ''
  for await (const line of lines) {
    terminal.print(`${line}\n`)
    last = line
  }
  return last
}

/** The file is there when it is whole. */
async function writeLines(lines: AsyncIterable<string>, file: string): Promise<string> {
  const part = `${file}.${process.pid}.part`
  const handle = await open(part, 'w', 0o600)
  let last = ''
  try {
    for await (const line of lines) {
      await handle.write(`${line}\n`)
      last = line
    }
    await handle.sync()
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return last
}

type End = { readonly records: number; readonly missingBlobs: readonly string[] }

/** The last line of an export counts what is in it. */
const endOf = (line: string): End => (JSON.parse(line) as { readonly end: End }).end
