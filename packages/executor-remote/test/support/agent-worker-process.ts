/** A worker in a process of its own that serves a whole agent: scripted model, one tool, its own journal. */
import { createAgent, jsonSchema, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { serveExecutor } from '../../src/index.ts'

const where = tool({
  name: 'where',
  description: 'Says where it runs.',
  input: jsonSchema<Record<string, never>>({ type: 'object' }),
  readOnly: true,
  execute: async () => `process ${process.pid}`,
})

const agent = createAgent({
  llm: scriptedLlm([[callOf('where')], 'It runs over there.']),
  tools: [where],
})
const serving = await serveExecutor(agent.executor(), { token: 'secret' })
process.send?.({ url: serving.url })
