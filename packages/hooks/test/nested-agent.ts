/** A command hook that runs an agent with itself as its hook, and writes down what became of it. */
import { appendFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { createAgent, policy, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { commandHooks } from '../src/index.ts'

const [, script = '', log = ''] = process.argv
await text(process.stdin)
const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'looked' })
const command = [process.execPath, ...process.execArgv, script, log] as const
const agent = createAgent({
  llm: scriptedLlm([[callOf('look')], 'done']),
  tools: [look],
  permissions: policy({ default: 'allow' }),
  hooks: {
    contract: 1,
    fire: async (event, options) =>
      event.hook === 'pre_tool_use' ? commandHooks({ command, maxDepth: 2 }).fire(event, options) : undefined,
  },
})
const run = await agent.run('go')
for await (const { event } of run)
  if (event.type === 'tool_end') appendFileSync(log, `depth ${process.env.SEAMFOLD_HOOK_DEPTH}: ${JSON.stringify(event.output)}\n`)
await agent.close()
