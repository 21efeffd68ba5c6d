/** Kills an agent's process while it runs its first command, to show what a crash leaves behind. */
import { eventsOf } from './ask-agent.ts'
import type { AgentProcess } from './types.ts'

const over: ReadonlySet<string> = new Set(['agent_end', 'error', 'run_cancelled', 'run_suspended'])

/** Resolves when it is gone, or when the run ended without any command. */
export async function killInCommand(process: AgentProcess, sessionId: string): Promise<void> {
  try {
    for await (const { event } of eventsOf(process, sessionId)) {
      if (over.has(event.type)) return
      if (event.type !== 'tool_execution_start' || !event.accesses.some(({ kind }) => kind === 'exec')) continue
      process.kill('SIGKILL')
      await process.gone
      return
    }
  } catch {
    // Its process is gone already: that is what was wanted.
  }
}
