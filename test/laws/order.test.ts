/** The way of a call, from its schema to the hooks behind it, in the one order that there is. */
import {
  budgetLedger,
  createAgent,
  dataProtection,
  guardedBudget,
  hooks,
  jsonSchema,
  knownSecrets,
  laneQueue,
  memoryStore,
  openSession,
  policy,
  storeBlobs,
  systemHost,
  tool,
} from '@seamfold/core'
import type { Json } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { beforeEach, expect, test } from 'vitest'

const way: string[] = []
beforeEach(() => void way.splice(0))
const said = (what: string): void => void (way.at(-1) === what || way.push(what))

const SECRET = 'correct-horse-battery'
const LONG = 1000
const WORK_MS = 4321

type At = { readonly at: string }
const schema = jsonSchema<At>({ type: 'object', properties: { at: { type: 'string' } }, required: ['at'], additionalProperties: false })

/** An agent with every concern that stands in the way of a call, each of which says when it has its turn. */
function scene(calls: readonly Json[], { denied = false } = {}) {
  const store = memoryStore()
  const plain = tool<At>({
    name: 'work',
    description: 'Works.',
    input: schema,
    access: ({ at }) => {
      said(`looks at what it touches: ${at}`)
      return [{ kind: 'write', path: at }]
    },
    effect: 'idempotent',
    timeoutMs: WORK_MS,
    execute: async ({ at }, { session }) => {
      said(`works: ${at}`)
      for await (const { event } of (await openSession(store, session.id)).events({ follow: false }))
        if (event.type === 'tool_execution_start') said('finds its start stored')
      return SECRET + 'x'.repeat(LONG)
    },
  })
  const work = { ...plain, parse: (input: Parameters<typeof plain.parse>[0]) => (said('schema'), plain.parse(input)) }
  const rules = policy({ rules: denied ? [{ deny: { tool: 'work' } }] : [{ ask: { tool: 'work' } }] })
  const host = systemHost()
  const timed = {
    ...host,
    clock: {
      ...host.clock,
      timer: (ms: number, done: () => void) => (ms === WORK_MS && said('its time runs'), host.clock.timer(ms, done)),
    },
  }
  const ledger = budgetLedger(store, { root: 'day', limits: { toolCalls: 10 } })
  const guard = guardedBudget({
    contract: 1,
    checkBeforeLlm: (...given) => ledger.checkBeforeLlm(...given),
    recordAfterLlm: (...given) => ledger.recordAfterLlm(...given),
    checkBeforeTool: (...given) => (way.push('budget'), ledger.checkBeforeTool(...given)),
    recordAfterTool: (...given) => ledger.recordAfterTool(...given),
  })
  const queue = laneQueue()
  const submit = queue.submit.bind(queue)
  const secrets = knownSecrets({ values: { PASSWORD: SECRET } })
  const blobs = storeBlobs(store)
  return createAgent({
    llm: scriptedLlm([calls.map((input) => callOf('work', input)), 'done']),
    host: timed,
    tools: [work],
    store,
    blobs: {
      ...blobs,
      put: (digest, text) => (said(`cut, of ${text.includes(SECRET) ? 'all' : 'what may be seen'}`), blobs.put(digest, text)),
    },
    maxToolOutput: 100,
    security: dataProtection({ ...secrets, redact: (text) => (text.startsWith(SECRET) && said('sanitized'), secrets.redact(text)) }),
    permissions: { ...rules, judge: (request) => (said(`policy: ${JSON.stringify(request.args)}`), rules.judge(request)) },
    confirm: async () => (said('person'), { decision: 'approve' }),
    budget: { perRun: { toolCalls: 1 }, ledger: guard },
    lanes: Object.assign(queue, { submit: (...given: Parameters<typeof submit>) => (said('lane'), submit(...given)) }),
    hooks: hooks({
      pre_tool_use: ({ input }) => (
        said('hook before'),
        (input as At).at === 'b' ? undefined : { decision: 'continue', input: { at: 'hook' } }
      ),
      post_tool_use: ({ output, isError }) => {
        said(`hook behind, which is told ${isError ? 'of a refusal' : output.length < LONG ? 'what was cut' : 'all'}`)
        return undefined
      },
    }),
  })
}

async function go(...given: Parameters<typeof scene>): Promise<void> {
  const agent = scene(...given)
  await (await agent.run('go')).completed()
  await agent.close()
}

test('a call has one way', async () => {
  await go([{ at: 'model' }])
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
    'budget',
    'lane',
    'looks at what it touches: hook',
    'its time runs',
    'works: hook',
    'finds its start stored',
    'sanitized',
    'cut, of what may be seen',
    'hook behind, which is told what was cut',
  ])
})

test('arguments that do not fit are told to no hook, judged by nobody', async () => {
  await go([{ place: 'model' }])
  expect(way).toEqual(['schema'])
})

test('arguments that hold a secret are told to no hook, judged by nobody', async () => {
  await go([{ at: SECRET }])
  expect(way).toEqual(['sanitized', 'schema', 'looks at what it touches: [redacted:PASSWORD]'])
})

test('what the policy denies is put before nobody, and takes nothing of the budget', async () => {
  await go([{ at: 'model' }], { denied: true })
  expect(way.slice(5)).toEqual(['policy: {"at":"hook"}', 'hook behind, which is told of a refusal'])
})

test('what the run itself may no longer do takes nothing of a budget that others share', async () => {
  await go([{ at: 'model' }, { at: 'b' }])
  expect(way.filter((each) => ['budget', 'hook behind, which is told of a refusal'].includes(each))).toEqual([
    'budget',
    'hook behind, which is told of a refusal',
  ])
})
