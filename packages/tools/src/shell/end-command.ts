/** Ends every process of a command: asks first, then kills until nothing is found. */
import { setTimeout as wait } from 'node:timers/promises'
import { type CommandProcesses, signalTo } from './process-tree.ts'

const POLL_MS = 15
const KILL_MS = 5_000
const FREEZE_ROUNDS = 20
const LOOKS = 10

/**
 * How many processes were found. `graceMs` is what they get between being asked and being killed, `settleMs` what they get before, to end
 * by themselves: a filter that has written all and closed its output is no process that was left.
 */
export async function endCommand(processes: CommandProcesses, graceMs: number, settleMs: number = 0): Promise<number> {
  for (const deadline = performance.now() + settleMs; performance.now() < deadline && processes.survivors().length > 0;) await wait(POLL_MS)
  const seen = await found(processes)
  if (seen.size === 0 || (await askToEnd(processes, seen, graceMs))) return seen.size
  for (const deadline = performance.now() + KILL_MS; performance.now() < deadline;) {
    const left = freeze(processes)
    if (left.size === 0 && !processes.areEnding) break
    for (const pid of left) {
      seen.add(pid)
      signalTo(pid, 'SIGKILL')
    }
    await wait(POLL_MS)
  }
  return seen.size
}

/** Look again while it cannot be told whether there are any. */
async function found(processes: CommandProcesses): Promise<Set<number>> {
  for (let look = 1; ; look++) {
    const stopped = freeze(processes)
    if (stopped.size > 0 || (!processes.isUndecided && !processes.areEnding) || look === LOOKS) return stopped
    await wait(POLL_MS)
  }
}

/**
 * Stop them all until no look finds another one. A process that runs could start a child after the look and end before the next,
 * and such a child, with an environment of its own, would belong to nobody.
 */
function freeze(processes: CommandProcesses): Set<number> {
  const stopped = new Set<number>()
  for (let round = 0; round < FREEZE_ROUNDS; round++) {
    const running = processes.survivors().filter((pid) => !stopped.has(pid))
    if (running.length === 0) break
    for (const pid of running) {
      stopped.add(pid)
      signalTo(pid, 'SIGSTOP')
    }
  }
  return stopped
}

async function askToEnd(processes: CommandProcesses, stopped: ReadonlySet<number>, graceMs: number): Promise<boolean> {
  for (const pid of processes.asked(stopped)) signalTo(pid, 'SIGTERM')
  for (const pid of stopped) signalTo(pid, 'SIGCONT')
  for (const deadline = performance.now() + graceMs; performance.now() < deadline;) {
    await wait(POLL_MS)
    if (processes.survivors().length === 0 && !processes.areEnding) return true
  }
  return false
}
