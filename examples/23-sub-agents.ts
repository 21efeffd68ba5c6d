/**
 * An agent that gives tasks to others: they work side by side, one of them asks a person, and the journal knows whose child is whose.
 *
 * Run: node 23-sub-agents.ts
 */
import assert from 'node:assert/strict'
import { AgentRegistry, createAgent, memoryStore, storedSessions, subagentTasks, taskTool, tool } from '@seamfold/core'
import type { LlmRequest } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'

const deploy = tool({
  name: 'deploy',
  description: 'Puts it online.',
  access: () => [{ kind: 'exec', command: 'deploy' }],
  execute: () => 'It is online.',
})
const agents = new AgentRegistry([{ name: 'operator', description: 'Puts things online.', tools: ['deploy'], maxSteps: 5 }])

/** One scripted model for the whole family: it tells by the prompt who is asking. */
const reply = ({ messages }: LlmRequest) => {
  const [block] = messages[0]?.content ?? []
  const prompt = block?.type === 'text' ? block.text : ''
  if (messages.length > 1) return prompt === 'Ship it.' ? 'Checked and online.' : 'Done.'
  if (prompt === 'Ship it.')
    return [
      callOf('task', {
        tasks: [
          { agent: 'explore', description: 'Check', prompt: 'Is it ready?' },
          { agent: 'operator', description: 'Deploy', prompt: 'Deploy it.' },
        ],
      }),
    ]
  return prompt === 'Deploy it.' ? [callOf('deploy')] : 'It is ready.'
}

const store = memoryStore()
const agent = createAgent({
  llm: scriptedLlm(Array.from({ length: 5 }, () => reply)),
  store,
  tools: [deploy, taskTool({ agents })],
  // Asked on the run outside, however deep the child is that needs it.
  confirm: async ({ toolName, reason }) => {
    console.log(`May it ${toolName}? (${reason})`)
    return { decision: 'approve', by: 'example' }
  },
})
const run = await agent.run('Ship it.')
for await (const { event } of run) {
  if (event.type === 'subagent_start') console.log(`${event.agent} begins: ${event.description}`)
  if (event.type === 'subagent_end') console.log(`${event.agent} ${event.status}: ${event.output}`)
}
const { text, usage } = await run.completed()
const tasks = await subagentTasks(store, run.sessionId)
const sessions: string[] = []
for await (const id of storedSessions(store)) sessions.push(id)
console.log(text, usage)
assert.equal(text, 'Checked and online.')
assert.deepEqual(
  tasks.map(({ agent: name, status }) => [name, status]),
  [
    ['explore', 'completed'],
    ['operator', 'completed'],
  ],
)
assert.equal(sessions.length, 3)
