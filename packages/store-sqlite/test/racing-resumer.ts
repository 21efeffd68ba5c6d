/** A process that races another one to resume the sessions that it is told, and says how each race went for it. */
import { argv, stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { isAgentError } from '@seamfold/core/kit'
import { workingAgent } from './working-agent.ts'

const [, , path = ''] = argv
const { agent, database } = workingAgent({ path })
stdout.write('ready\n')

for await (const id of createInterface({ input: stdin })) {
  const session = await agent.session({ id })
  await pause(Math.random() * 3) // who is first is left to luck
  stdout.write(`${await resumed(session)}\n`)
  await session.close()
}
await agent.close()
await database.close()

async function resumed(session: Awaited<ReturnType<typeof agent.session>>): Promise<string> {
  try {
    const run = await session.resume()
    if (run === undefined) return 'too late'
    const result = await run.result
    return result.status === 'completed' ? `completed ${result.text}` : result.status
  } catch (error) {
    if (isAgentError(error, 'session_held')) return 'held'
    throw error
  }
}
