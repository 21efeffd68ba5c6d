/** No tool runs but through the gate: by every path by which a call can be made, one that the policy denies does not happen. */
import {
  type Agent,
  AgentRegistry,
  type AgentOptions,
  askUser,
  askWhenUnknown,
  createAgent,
  executeStepsParallel,
  externalTool,
  failed,
  hooks,
  judgeCall,
  jsonSchema,
  laneQueue,
  memoryStore,
  openSession,
  type PermissionPolicy,
  policy,
  redriveLetter,
  taskTool,
  tool,
  type Tool,
  Workflow,
} from '@seamfold/core'
import type { LlmClient, LlmRequest, SessionStore } from '@seamfold/core/kit'
import { textOf } from '@seamfold/core/kit'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { remoteExecutor, serveExecutor } from '@seamfold/executor-remote'
import { batchTool } from '@seamfold/tools'
import { beforeEach, expect, test } from 'vitest'

const ran: string[] = []
beforeEach(() => void ran.splice(0))

/** What must not happen. `hang`: it never ends, as in a process that dies. */
const harm = ({ hang = false }: { readonly hang?: boolean } = {}): Tool =>
  tool<{ place: string }>({
    name: 'harm',
    description: 'Harms.',
    input: jsonSchema<{ place: string }>({ type: 'object', properties: { place: { type: 'string' } }, required: ['place'] }),
    access: ({ place }) => [{ kind: 'write', path: place }],
    effect: 'idempotent',
    execute: ({ place }) => {
      ran.push(place)
      return hang ? new Promise(() => {}) : 'done'
    },
  })
const through = tool({
  name: 'through',
  description: 'Makes the call in its place.',
  effect: 'composite',
  access: () => [],
  execute: async (_, { invoke }) => (await invoke('harm', { place: 'a' })).content,
})

const denying: PermissionPolicy = policy({ rules: [{ deny: { access: 'write' } }], default: 'allow' })
const allowing: PermissionPolicy = policy({ default: 'allow' })
const asking: PermissionPolicy = policy({ rules: [{ ask: { access: 'write' } }], default: 'allow' })

const call = callOf('harm', { place: 'a' })

/** Replies by what was asked first, so that parents and children share one model. */
const speaking = (replies: Readonly<Record<string, readonly ScriptedReply[]>>): LlmClient => ({
  contract: 1,
  model: { provider: 'scripted', id: 'scripted' },
  async *stream(request: LlmRequest, options) {
    const turn = request.messages.filter(({ role }) => role === 'assistant').length
    const asked = textOf(request.messages[0] ?? { content: [] })
    yield* scriptedLlm([replies[asked]?.[turn] ?? 'done']).stream(request, options)
  },
})

async function run(options: Partial<AgentOptions> & { readonly replies?: Readonly<Record<string, readonly ScriptedReply[]>> }) {
  const { replies = { go: [[call]] }, ...rest } = options
  const agent = createAgent({ llm: speaking(replies), tools: [harm()], permissions: denying, ...rest })
  const result = await (await agent.run('go')).result
  await agent.close()
  expect(result).toMatchObject({ status: 'completed' })
}

/** A store with a run that was left in the middle by a process of which nothing is heard any more. */
async function leftBehind(
  options: Partial<AgentOptions>,
  until: 'turn_end' | 'tool_execution_start' | 'run_suspended',
): Promise<SessionStore> {
  const store = memoryStore()
  const session = await createAgent({ llm: speaking({ go: [[call]] }), tools: [harm()], store, ...options }).session({ id: 's' })
  for await (const { event } of await session.send('go')) if (event.type === until) break
  await new Promise((resolve) => setImmediate(resolve))
  return store
}

async function goOn(store: SessionStore): Promise<void> {
  const agent = createAgent({ llm: speaking({ go: [[call]] }), tools: [harm()], store, permissions: denying })
  const resumed = await (await agent.session({ id: 's' })).resume()
  expect(await resumed?.result).toMatchObject({ status: 'completed' })
  await agent.close()
}

test('the model', async () => {
  await run({})
  expect(ran).toEqual([])
})

test('a nested call', async () => {
  await run({ tools: [harm(), through], replies: { go: [[callOf('through')]] } })
  expect(ran).toEqual([])
})

test('a batch', async () => {
  const tools = [harm()]
  await run({
    tools: [...tools, batchTool(tools)],
    replies: { go: [[callOf('batch', { invocations: [{ tool: 'harm', args: { place: 'a' } }] })]] },
  })
  expect(ran).toEqual([])
})

const lead = new AgentRegistry([{ name: 'lead', description: 'Leads.', tools: ['*', 'task'] }])
const give = (prompt: string, more: object = {}) => callOf('task', { agent: 'lead', description: prompt, prompt, ...more })

test('a sub-agent', async () => {
  await run({ tools: [harm(), taskTool({ agents: lead })], replies: { go: [[give('first')]], first: [[call]] } })
  expect(ran).toEqual([])
})

test('a sub-agent of a sub-agent', async () => {
  await run({
    tools: [harm(), taskTool({ agents: lead })],
    replies: { go: [[give('first')]], first: [[give('second')]], second: [[call]] },
  })
  expect(ran).toEqual([])
})

test('a task in the background', async () => {
  await run({ tools: [harm(), taskTool({ agents: lead })], replies: { go: [[give('first', { background: true })]], first: [[call]] } })
  expect(ran).toEqual([])
})

const worker = (): Agent => createAgent({ llm: speaking({ step: [[call]] }), tools: [harm()], permissions: denying })
const step = { taskId: 'task-1', agent: 'default', description: 'a step', prompt: 'step' }

test('a step of a workflow', async () => {
  const agent = worker()
  const workflow = new Workflow({ executor: agent.executor() })
  expect(await workflow.agent({ ...step, maxSteps: 5 })).toMatchObject({
    status: 'completed',
  })
  expect(ran).toEqual([])
  await agent.close()
})

test('a remote step', async () => {
  const agent = worker()
  const serving = await serveExecutor(agent.executor(), { token: 'key' })
  const executor = remoteExecutor({ url: serving.url, token: 'key' })
  expect(await executeStepsParallel(executor, [step])).toMatchObject([{ status: 'completed' }])
  expect(ran).toEqual([])
  await executor.close()
  await serving.close()
  await agent.close()
})

test('a run that is resumed before its call began', async () => {
  const never = hooks({ pre_tool_use: () => new Promise(() => {}) })
  await goOn(await leftBehind({ hooks: never, timeouts: { hookMs: 0 }, permissions: allowing }, 'turn_end'))
  expect(ran).toEqual([])
})

test('a call that was cut off by a crash', async () => {
  const store = await leftBehind({ tools: [harm({ hang: true })], permissions: allowing }, 'tool_execution_start')
  await goOn(store)
  expect(ran).toEqual(['a'])
})

test('a call that was approved while nobody was at work', async () => {
  const store = await leftBehind({ permissions: asking, unanswered: 'suspend' }, 'run_suspended')
  const view = await openSession(store, 's')
  for (const { requestId } of await view.waitingFor()) await view.answer(requestId, { decision: 'approve' })
  await goOn(store)
  expect(ran).toEqual([])
})

test('a call that is approved, and denied meanwhile', async () => {
  let rules = asking
  const changing: PermissionPolicy = { ...asking, judge: (request) => rules.judge(request) }
  await run({
    permissions: changing,
    confirm: async () => {
      rules = denying
      return { decision: 'approve' }
    },
  })
  expect(ran).toEqual([])
})

test('a call that is edited to what is denied', async () => {
  await run({
    permissions: policy({ rules: [{ ask: { path: 'a' } }, { deny: { path: 'b' } }] }),
    confirm: async () => ({ decision: 'approve', input: { place: 'b' } }),
  })
  expect(ran).toEqual([])
})

test('a host that asks before it calls a tool itself', async () => {
  expect(await judgeCall(harm(), { place: 'a' }, { policy: denying })).toMatchObject({ ok: true, judgement: { decision: 'deny' } })
  expect(ran).toEqual([])
})

const refusing = (name: string): PermissionPolicy => policy({ rules: [{ deny: { tool: name, path: '**' } }], default: 'allow' })

test('a task', async () => {
  const llm = speaking({ go: [[give('first')]], first: [() => (ran.push('a child'), 'done')] })
  await run({ llm, tools: [taskTool({ agents: lead })], permissions: policy({ rules: [{ deny: { starts: 'lead' } }], default: 'allow' }) })
  expect(ran).toEqual([])
})

test('a question', async () => {
  await run({
    tools: [askUser()],
    replies: { go: [[callOf('ask_user', { question: 'Harm?' })]] },
    permissions: { ...refusing('ask_user'), judge: () => ({ decision: 'deny', reason: 'no questions' }) },
    confirm: async () => (ran.push('a person'), { decision: 'reply', value: 'yes' }),
  })
  expect(ran).toEqual([])
})

test('work that is done elsewhere', async () => {
  const handed = externalTool({
    name: 'harm',
    description: 'Harms elsewhere.',
    access: () => [{ kind: 'write', path: 'a' }],
    dispatch: async ({ tool: name }) => void ran.push(name),
  })
  await run({ tools: [handed], unanswered: 'suspend' })
  expect(ran).toEqual([])
})

test('work that a lane hands to others', async () => {
  const lanes = laneQueue({ execute: { handler: 'external' }, tools: { handed: 'execute' } })
  const others = new AbortController()
  const taking = lanes.take({ signal: others.signal }).then(
    ({ taskId }) => (ran.push('others'), lanes.complete(taskId, { result: 'done' })),
    () => {},
  )
  const handed = { ...harm(), definition: { ...harm().definition, name: 'handed' } }
  await run({ tools: [handed], lanes, replies: { go: [[callOf('handed', { place: 'a' })]] } })
  others.abort()
  await taking
  expect(ran).toEqual([])
})

test('a letter that is driven again', async () => {
  const lanes = laneQueue()
  const failing: Tool = { ...harm(), execute: async () => failed('the line was cut', { kind: 'transport' }) }
  await run({ tools: [failing], lanes, permissions: allowing, replies: { go: [[call]] } })
  const [letter] = await lanes.deadLetters()
  const again = redriveLetter({ llm: speaking({}), tools: [harm()], lanes, permissions: denying }, { id: letter?.id ?? '' })
  await expect(again).rejects.toThrow(/was not allowed: the policy denies it/)
  expect(ran).toEqual([])
})

test('a call that a person lets run again', async () => {
  const cutOff = (options?: Parameters<typeof harm>[0]) => askWhenUnknown({ ...harm(options), effect: () => 'unsafe' })
  const store = await leftBehind({ tools: [cutOff({ hang: true })], permissions: allowing, unanswered: 'suspend' }, 'tool_execution_start')
  const agent = createAgent({
    llm: speaking({ go: [[call]] }),
    tools: [cutOff()],
    store,
    permissions: denying,
    confirm: async () => (ran.push('a person'), { decision: 'approve' }),
  })
  expect(await (await (await agent.session({ id: 's' })).resume())?.result).toMatchObject({ status: 'completed' })
  await agent.close()
  expect(ran).toEqual(['a'])
})
