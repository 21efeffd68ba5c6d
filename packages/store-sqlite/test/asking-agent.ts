/** A process that works on a session which asks for each of its effects, and goes on whenever somebody may have answered. */
import { argv, stdout } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { memoryLeases } from '@seamfold/core'
import { isAgentError } from '@seamfold/core/kit'
import { callOf } from '@seamfold/core/testing'
import { skewedHost } from './skewed-host.ts'
import { workingAgent } from './working-agent.ts'

const [, , path = '', count = '6', skewMs = '0'] = argv
const calls = Array.from({ length: Number(count) }, (_, index) => callOf('work', { index }))
// A clock that may be wrong, since a deadline is part of the race; and whoever was before is dead.
const { agent, database } = workingAgent({
  path,
  script: [({ messages }) => (messages.length > 1 ? 'done' : calls)],
  more: { host: skewedHost(Number(skewMs)), leases: memoryLeases(), confirmTimeout: { afterMs: 100, action: 'reject' } },
})

for (;;) {
  const status = await goOn().catch((error: unknown) => {
    if (isAgentError(error, 'session_held')) return 'held'
    throw error
  })
  stdout.write(`${status}\n`)
  if (status === 'completed' || status === 'failed') break
  await pause(10) // somebody may have answered meanwhile
}
await agent.close()
await database.close()

async function goOn(): Promise<string> {
  const session = await agent.session({ id: 's' })
  const { run: known } = await session.state()
  if (known?.status === 'completed') return 'completed'
  const run = (await session.resume()) ?? (await session.send('go'))
  return (await run.result).status
}
