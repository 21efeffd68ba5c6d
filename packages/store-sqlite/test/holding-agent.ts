/** A process that holds the session `s` in the middle of its work, and prints a line for each thing that happens to it. */
import { argv, kill, pid, stdout } from 'node:process'
import { policy } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { workingAgent } from './working-agent.ts'

const [, , path = '', mode = ''] = argv
const say = (line: string): void => void stdout.write(`${line}\n`)

const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => {
    say('working')
    signal.addEventListener('abort', () => {
      say(`stopped ${(signal.reason as { code?: string }).code}`)
      reject(signal.reason as Error)
    })
  })

/** Falls asleep when the start of the call is stored, and before its effect begins. */
const asleepBeforeItBegins = (store: SessionStore): SessionStore => ({
  ...store,
  async append(key, records, options) {
    await store.append(key, records, options)
    if (!records.some((record) => record.startsWith('{"t":"tool_execution_start"'))) return
    say('asleep')
    kill(pid, 'SIGSTOP')
  },
})

const { agent, database } = workingAgent({
  path,
  hold: untilStopped,
  ...(mode === 'asleep' ? { around: asleepBeforeItBegins } : {}),
  // Somebody is asked who never says anything: the answer comes from another process.
  more: mode === 'asking' ? { confirm: () => new Promise(() => {}) } : { permissions: policy({ default: 'allow' }) },
})
const session = await agent.session({ id: 's' })
const run = await session.send('go')
say('running')
const alive = setInterval(() => {}, 1_000)
const result = await run.result
clearInterval(alive)
say(`result ${result.status} ${result.status === 'failed' ? result.error.code : ''}`)
await agent.close()
await database.close()
