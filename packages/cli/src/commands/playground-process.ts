/** Starts the playground's agent as a process of its own. */
import { fork } from 'node:child_process'
import { AgentError } from '@seamfold/core/kit'
import type { AgentProcess } from '../playground/types.ts'
import type { Settings } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { AgentOrders, AgentReady, AgentRefusal } from './playground-agent.ts'

/** Milliseconds that a process has to say where it answers. */
const startMs = 60_000

/** Its token comes over the channel between the processes: in neither's words nor environment. Throws what keeps it from starting. */
export async function startPlaygroundAgent(settings: Settings, { environment }: Terminal): Promise<AgentProcess> {
  const child = fork(process.argv[1] ?? '', ['playground-agent'], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'], env: { ...environment } })
  let complaints = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4_000)
  })
  const gone = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => {
      const how = signal === null ? `it ended with ${code}` : `it was ended by ${signal}`
      resolve(complaints.trim() === '' ? how : `${how}: ${complaints.trim()}`)
    }),
  )
  const ready = new Promise<AgentReady | AgentRefusal>((resolve, reject) => {
    child.once('message', (told) => resolve(told as AgentReady | AgentRefusal))
    child.once('error', reject)
  })
  child.send({ settings } satisfies AgentOrders)
  // One that never answers would hold up whoever waits for it, the end of the playground included.
  const tooLate = setTimeout(() => child.kill('SIGKILL'), startMs)
  const told = await Promise.race([ready, gone.then((problem) => ({ problem }))]).finally(() => clearTimeout(tooLate))
  if ('refused' in told) throw new AgentError(told.refused.code, told.refused.message)
  if (!('port' in told)) throw new AgentError('internal', `The agent's process could not be started: ${told.problem}`)
  return { ...told, pid: child.pid ?? 0, gone, kill: (signal) => void child.kill(signal) }
}
