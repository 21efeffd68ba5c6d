/** The way of a call, from its schema to the hooks behind it, in the one order that there is. */
import { expect, test } from 'vitest'
import { createAgent, hooks, jsonSchema, memoryStore, openSession, policy, tool } from '../../src/index.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'

test('schema, hooks before, policy, person, a last look, the start, the work, the limit on output, hooks behind', async () => {
  const way: string[] = []
  const store = memoryStore()
  const said = (what: string): void => void (way.at(-1) === what || way.push(what))
  const schema = jsonSchema<{ readonly at: string }>({ type: 'object', properties: { at: { type: 'string' } }, required: ['at'] })
  const plain = tool<{ readonly at: string }>({
    name: 'work',
    description: 'Works.',
    input: schema,
    access: ({ at }) => {
      said(`looks at what it touches: ${at}`)
      return [{ kind: 'write', path: at }]
    },
    effect: 'idempotent',
    execute: async ({ at }, { session }) => {
      for await (const { event } of (await openSession(store, session.id)).events({ follow: false }))
        if (event.type === 'tool_execution_start') said('its start is stored')
      said(`works: ${at}`)
      return 'x'.repeat(1000)
    },
  })
  const work = { ...plain, parse: (input: Parameters<typeof plain.parse>[0]) => (said('schema'), plain.parse(input)) }
  const rules = policy({ rules: [{ ask: { tool: 'work' } }] })
  const agent = createAgent({
    llm: scriptedLlm([[callOf('work', { at: 'model' })], 'done']),
    tools: [work],
    store,
    maxToolOutput: 100,
    permissions: { ...rules, judge: (request) => (said(`policy: ${JSON.stringify(request.args)}`), rules.judge(request)) },
    confirm: async () => (said('person'), { decision: 'approve' }),
    hooks: hooks({
      pre_tool_use: () => (said('hook before'), { decision: 'continue', input: { at: 'hook' } }),
      post_tool_use: ({ output }) => {
        said(`hook behind, which is told ${output.length < 1000 ? 'what was cut' : 'all'}`)
        return undefined
      },
    }),
  })
  const run = await agent.run('go')
  await run.completed()
  await agent.close()
  expect(way).toEqual([
    'schema',
    'looks at what it touches: model',
    'hook before',
    // What a hook rewrote is checked like what the model wrote.
    'schema',
    'looks at what it touches: hook',
    'policy: {"at":"hook"}',
    'person',
    // An approval lifts no denial: what will run is judged once more.
    'policy: {"at":"hook"}',
    'looks at what it touches: hook',
    'its start is stored',
    'works: hook',
    'hook behind, which is told what was cut',
  ])
})
