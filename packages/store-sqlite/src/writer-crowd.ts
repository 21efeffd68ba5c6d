/** Tells whether several writers are active, so that their writes are worth gathering. */

const WINDOW = 32
/** A run writes its journal, now and then an inbox and a ledger; more writers than that are several runs. */
const ONE_RUN = 3

export interface WriterCrowd {
  /** Notes a write and says whether several writers are at work. */
  note(writer: string): boolean
}

export function writerCrowd(): WriterCrowd {
  let writers = new Set<string>()
  let before = 0
  let noted = 0
  return {
    note(writer) {
      if (++noted > WINDOW) {
        before = writers.size
        writers = new Set()
        noted = 1
      }
      writers.add(writer)
      return Math.max(before, writers.size) > ONE_RUN
    },
  }
}
