/** `seamfold sessions import`: puts an exported session into the journal. */
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { importSession } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { plural, visibleLine } from '../render/text.ts'
import { findPlaces, type SharedOptions } from '../setup/settings.ts'
import { openJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { goOnWords } from './asker.ts'
import { showHint } from './hint.ts'

export type ImportOptions = SharedOptions & { readonly id?: string; readonly json?: boolean }

/** `file` may be `-` for standard input. The journal is made where there is none. */
export async function importCommand(file: string, options: ImportOptions, terminal: Terminal): Promise<number> {
  const places = await findPlaces(options, terminal)
  const lines = linesOf(file, terminal)
  const journal = await openJournal(places.storePath)
  try {
    const given = options.id === undefined ? {} : { id: options.id }
    const imported = await importSession(journal.store, lines, { blobs: journal.blobs, ...given })
    if (options.json === true) {
      terminal.print(`${JSON.stringify(imported)}\n`)
      return EXIT.completed
    }
    const { id, records, openRun, missingBlobs } = imported
    const { colors, signs } = terminal.style()
    terminal.print(
      [
        `${colors.green(signs.done)} Session ${colors.bold(visibleLine(id))}: ${plural(records, 'record')} imported, every one verified`,
        ...(missingBlobs.length === 0
          ? []
          : [`${colors.yellow(signs.warning)} ${plural(missingBlobs.length, 'large output')} had not been exported with it`]),
        ...(openRun === undefined
          ? []
          : [
              `${colors.yellow(signs.waiting)} It has a run that is not finished. Go on with it here or where it came from, not in both. ${await goOnWords(id, { store: journal.store, places, terminal })}`,
            ]),
        `  Look into it: ${showHint(id, places, terminal)}`,
        '',
      ].join('\n'),
    )
    return EXIT.completed
  } finally {
    await journal.close()
  }
}

async function* linesOf(file: string, { input, folder }: Terminal): AsyncGenerator<string> {
  const source = file === '-' ? input : createReadStream(resolve(folder, file), 'utf8')
  try {
    // An error of the file ends the loop: readline alone would wait for ever.
    const failed = new Promise<never>((_, reject) => source.once('error', reject))
    failed.catch(() => {}) // told below, where lines are asked for
    const lines = createInterface({ input: source, crlfDelay: Infinity })[Symbol.asyncIterator]()
    for (;;) {
      const next = await Promise.race([lines.next(), failed])
      if (next.done === true) return
      yield next.value
    }
  } catch (error) {
    throw new AgentError('invalid_argument', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
