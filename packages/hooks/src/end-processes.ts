/** Ends what a command started: its process group and, on Linux, whatever else carries its mark. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** The variable in the environment that marks every descendant of a command. */
export const MARK_VARIABLE = 'SEAMFOLD_HOOK'

const ROUNDS = 100
const PAUSE_MS = 10

/** Kill the group that a process leads. Nobody is there any more: nothing happens. */
export function killGroup(leader: number): void {
  kill(-leader)
}

/** Kill what left the group, until two looks in a row find nothing: between its two programs a process has no environment to see. */
export async function killMarked(mark: string): Promise<void> {
  for (let round = 0, quiet = 0; round < ROUNDS && quiet < 2; round++) {
    const found = marked(mark)
    for (const pid of found) kill(pid)
    quiet = found.length === 0 ? quiet + 1 : 0
    if (quiet < 2) await wait(PAUSE_MS)
  }
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function marked(mark: string): readonly number[] {
  const whole = `${MARK_VARIABLE}=${mark}`
  return processIds().filter((pid) => environmentOf(pid).includes(whole))
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return [] // no process file system here: the group is all that is known
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return '' // it has ended, or is somebody else's
  }
}
