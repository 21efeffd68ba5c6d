/** Finds processes that a killed one has left behind, by a mark in their environment. Needs `/proc`: elsewhere none are found. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** How long a supervisor may take to end them, in milliseconds. */
const PATIENCE_MS = 3000
const POLL_MS = 20

export const MARK_VARIABLE = 'SEAMFOLD_CRASH_MARK'

/** Process ids that still carry the mark when the time that they have to end is over. */
export async function leftProcesses(mark: string): Promise<readonly string[]> {
  for (let waited = 0; ; waited += POLL_MS) {
    const left = marked(mark)
    if (left.length === 0 || waited >= PATIENCE_MS) return left
    await setTimeout(POLL_MS)
  }
}

function marked(mark: string): readonly string[] {
  if (!existsSync('/proc/self/environ')) return []
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`${MARK_VARIABLE}=${mark}\0`))
}

function environmentOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/environ`, 'utf8')
  } catch {
    return '' // it has ended, or belongs to somebody else
  }
}
