/** Counts the places where a process may be killed, and kills it at the chosen one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath, kill, pid } from 'node:process'

export interface KillPoints {
  /** Does not return when this is the chosen place. */
  reach(name: string): void
  /** The places that were reached, in order. */
  readonly reached: readonly string[]
}

/** Where a killed process leaves the name of the place. */
export const KILLED_FILE = 'killed-at'

/** `killAt` counts from 1; 0 kills nowhere. */
export function killPoints(directory: string, killAt: number): KillPoints {
  const reached: string[] = []
  return {
    reached,
    reach(name) {
      reached.push(name)
      if (reached.length === killAt) die(directory, name)
    },
  }
}

/** SIGKILL leaves no time for anything: no handler, no `finally`, no flush. */
function die(directory: string, name: string): never {
  writeFileSync(join(directory, KILLED_FILE), name)
  kill(pid, 'SIGKILL')
  throw new Error(`${execPath} outlived its own SIGKILL at '${name}'`)
}
