/** Ends every process of a command: asks first, then kills until nothing is found. */
import { setTimeout as wait } from 'node:timers/promises'
import { type CommandProcesses, signalTo } from './process-tree.ts'

const POLL_MS = 15
const KILL_MS = 5_000

/** How many processes were found. `graceMs` is what they get between being asked and being killed. */
export async function endCommand(processes: CommandProcesses, graceMs: number): Promise<number> {
  const first = processes.survivors()
  if (first.length === 0) return 0
  const seen = new Set(first)
  if (await askToEnd(processes, first, graceMs)) return seen.size
  for (const deadline = performance.now() + KILL_MS; performance.now() < deadline;) {
    const left = processes.survivors()
    if (left.length === 0) break
    for (const pid of left) {
      seen.add(pid)
      signalTo(pid, 'SIGKILL')
    }
    await wait(POLL_MS)
  }
  return seen.size
}

async function askToEnd(processes: CommandProcesses, first: readonly number[], graceMs: number): Promise<boolean> {
  for (const pid of first) signalTo(pid, 'SIGTERM')
  for (const deadline = performance.now() + graceMs; performance.now() < deadline;) {
    await wait(POLL_MS)
    if (processes.survivors().length === 0) return true
  }
  return false
}
