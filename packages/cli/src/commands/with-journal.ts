/** Opens the journal of a command for as long as the command needs it. */
import { findPlaces, type Places, type SharedOptions } from '../setup/settings.ts'
import { type Journal, openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'

export type Scene = { readonly journal: Journal; readonly places: Places; readonly terminal: Terminal }

/** The journal must be there. It is closed when the work has ended, however it ended. */
export async function withJournal(options: SharedOptions, terminal: Terminal, work: (scene: Scene) => Promise<number>): Promise<number> {
  const places = await findPlaces(options, terminal)
  const journal = await openExistingJournal(places.storePath)
  try {
    return await work({ journal, places, terminal })
  } finally {
    await journal.close()
  }
}
