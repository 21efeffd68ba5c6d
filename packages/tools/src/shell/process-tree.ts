/** Finds what a command left running: its session and, on Linux, everything that carries its marker or belongs to what does. */
import { readdirSync, readFileSync } from 'node:fs'

/** The variable in the environment that marks every descendant of a command. */
export const MARKER_VARIABLE = 'SEAMFOLD_COMMAND'

/** The parent of what belongs to the kernel and never has an environment. */
const KERNEL = 2

/** A flag of the kernel for processes that are on their way out: PF_EXITING. */
const ENDING = 0x4

/** `session` and `group` of the command's shell are its own process id. `started` is in ticks since the machine was. */
type Row = {
  readonly pid: number
  /** Whether it has ended, or is about to whatever anybody does. */
  readonly isOver: boolean
  readonly isEnding: boolean
  readonly parent: number
  readonly group: number
  readonly session: number
  readonly started: number
}

/** The processes of one command. What was found once is known for good, also when its parent ends and its environment is empty. */
export class CommandProcesses {
  readonly #leader: number
  readonly #marker: string
  readonly #isConfined: boolean
  readonly #since: number
  readonly #known = new Map<number, number>()
  /**
   * Whether the last search saw a process without an environment: perhaps it has none, perhaps it was just changing from one program
   * to the next, and then another search will tell.
   */
  isUndecided = false
  /** Whether the last search saw processes of the command that were just ending by themselves; they are no survivors. */
  areEnding = false

  /**
   * `leader` is the process id of the command's shell, which leads a session of its own. `isConfined`: of a sandbox around it, whose
   * own processes end when the command has.
   */
  constructor(leader: number, { marker, isConfined }: { readonly marker: string; readonly isConfined: boolean }) {
    this.#leader = leader
    this.#marker = marker
    this.#isConfined = isConfined
    this.#since = processRow(leader)?.started ?? 0
  }

  /** Those that still run. Where there is no process table to read, only whether the group lives: then `[-leader]`. */
  survivors(): readonly number[] {
    const rows = processTable()
    if (rows === undefined) return signalTo(-this.#leader, 0) ? [-this.#leader] : []
    const candidates = rows.filter(({ isOver, started }) => !isOver && started >= this.#since)
    this.isUndecided = false
    const found = new Set(candidates.filter((row) => this.#isOurs(row)).map(({ pid }) => pid))
    // A descendant may have cleared its environment: follow parents, and sessions that found processes lead.
    for (let before = -1; before !== found.size;) {
      before = found.size
      for (const row of candidates) if (found.has(row.parent) || found.has(row.session)) found.add(row.pid)
    }
    const ours = candidates.filter(({ pid }) => found.has(pid))
    for (const { pid, started } of ours) this.#known.set(pid, started)
    this.areEnding = ours.some(({ isEnding }) => isEnding)
    return ours.filter(({ isEnding }) => !isEnding).map(({ pid }) => pid)
  }

  /** Of these those to be asked to end. A sandbox's own processes are in its first session, and would take the rest with them at once. */
  asked(found: Iterable<number>): readonly number[] {
    return this.#isConfined ? [...found].filter((pid) => processRow(pid)?.session !== this.#leader) : [...found]
  }

  #isOurs({ pid, group, session, started, parent }: Row): boolean {
    if (group === this.#leader || session === this.#leader || this.#known.get(pid) === started) return true
    if (parent === KERNEL) return false
    const environment = environmentOf(pid)
    this.isUndecided ||= environment === ''
    return environment?.includes(this.#marker) === true
  }
}

/** Send a signal; `false` when there was nobody to get it. A negative number is a process group. */
export function signalTo(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal)
  } catch {
    // Nobody has this number any more, or somebody else.
    return false
  }
}

function processTable(): readonly Row[] | undefined {
  try {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return names.map((name) => processRow(Number(name))).filter((row) => row !== undefined)
  } catch {
    // No process file system here.
    return undefined
  }
}

function processRow(pid: number): Row | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the name in parentheses and may hold anything, parentheses too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const number = (index: number): number => Number(fields[index])
    const state = fields[0] ?? ''
    const isEnding = (number(6) & ENDING) !== 0
    return {
      pid,
      isOver: state === 'Z' || state === 'X',
      isEnding,
      parent: number(1),
      group: number(2),
      session: number(3),
      started: number(19),
    }
  } catch {
    // It ended between being listed and being read.
    return undefined
  }
}

/** `undefined`: it has ended, or is somebody else's. */
function environmentOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    // Both are ordinary while processes come and go.
    return undefined
  }
}
