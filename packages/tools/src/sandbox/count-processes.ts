/** Counts the processes of a sandbox from outside, where the kernel does not, and ends it when there are too many. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const EVERY_MS = 50

export interface ProcessCount {
  /** How many there were when it was ended for that. */
  readonly over: number | undefined
  stop(): void
}

/** `pid` is the program that made the sandbox: everything in it dies with that. A look costs a millisecond, while few are there. */
export function countProcesses(pid: number, most: number): ProcessCount {
  const before = pidsHere().length
  let over: number | undefined
  const look = (): void => {
    if (namespaceOf(String(pid)) === undefined) return clearInterval(timer)
    // All of the machine's that came since are an upper bound, and cheap.
    if (pidsHere().length - before <= most) return
    const count = countInside(pid)
    if (count <= most) return
    over ??= count
    end(pid)
  }
  const timer = setInterval(look, EVERY_MS)
  timer.unref()
  return {
    get over() {
      return over
    },
    stop: () => clearInterval(timer),
  }
}

const pidsHere = (): readonly string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name))

function countInside(pid: number): number {
  const [init] = readOr(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')) ?? []
  const inside = init ? namespaceOf(init) : undefined
  if (inside === undefined || inside === namespaceOf('self')) return 0 // it is not made yet, or over
  return pidsHere().filter((each) => namespaceOf(each) === inside).length
}

const namespaceOf = (pid: string): string | undefined => readOr(() => readlinkSync(`/proc/${pid}/ns/pid`))

/** Processes end while they are looked at. */
function readOr<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined // it has ended
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
