/** An agent into whose every path a secret is put, and everything that anybody outside of its tools gets to see. */
import {
  createAgent,
  dataProtection,
  type DataProtection,
  type Envelope,
  environmentSecrets,
  hooks,
  jsonSchema,
  memoryStore,
  type Middleware,
  succeeded,
  taskTool,
  tool,
  type Tool,
  Workflow,
} from '../../src/index.ts'
import { AgentError, type Block, type Json, type LlmRequest } from '../../src/kit.ts'
import { scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, dump } from '../session/sessions.ts'

/** What is hidden, how it is written where it is put, and how large the pieces of what streams are. */
export type Plan = { readonly secret: string; readonly written: string; readonly chunk: number }

export type Seen = {
  /** Every text in it, keys among them. */ readonly texts: readonly string[]
  readonly given: readonly Json[]
  readonly requests: readonly LlmRequest[]
  readonly statuses: readonly string[]
}

export const protection = (secret: string): DataProtection =>
  dataProtection({ values: { PLANTED: secret }, references: environmentSecrets({ OFFERED: `${secret}-offered` }, ['OFFERED']) })

/** Runs through all of it, and gives what was seen. */
export async function plant({ secret, written, chunk }: Plan): Promise<Seen> {
  const seen: unknown[] = []
  const given: Json[] = []
  const store = memoryStore()
  const show = (value: unknown): undefined => void seen.push(structuredClone(value))
  const llm = scriptedLlm(script(written), { chunk })
  const agent = createAgent({
    llm,
    store,
    instructions: `Use ${written}.`,
    tools: [...planted(written, given, chunk), taskTool()],
    security: protection(secret),
    use: [watching(show)],
    maxToolOutput: 2000,
    unanswered: 'reject',
    retry: { attempts: 2, baseDelayMs: 1 },
    confirm: async (request) => (show(request), { decision: 'reject', message: `not with ${written}` }),
    hooks: hooks({
      pre_prompt(event) {
        show(event)
        return event.prompt.includes('fail') ? { decision: 'continue', prompt: `Hooked ${written}` } : undefined
      },
      pre_tool_use: async (event) => {
        show(event)
        if (event.tool === 'blocked') return { decision: 'block', reason: `no ${written}` }
        return event.tool === 'hooked' ? { decision: 'continue', input: { text: written } } : undefined
      },
      post_tool_use: show,
      generate_end(event) {
        show(event)
        throw new Error(`it broke at ${written}`)
      },
      post_response: show,
      on_success: show,
      on_error: show,
      on_confirmation: show,
    }),
  })
  const session = await agent.session({ id: 's', metadata: { note: written } })
  const run = await session.send([{ type: 'text', text: `Take ${written}` }], { id: 'once', output: jsonSchema({ type: 'object' }) })
  const events = collect(run)
  await session.steer(`and ${written}`)
  const first = await run.result
  show(await events)
  show(joined(await events))
  show(first)
  const again = await session.send([{ type: 'text', text: `Take ${written}` }], { id: 'once' })
  const failing = await session.send(`Now fail with ${written}`)
  const live = collect<Envelope>(failing)
  const second = await failing.result
  show(await live)
  show(second)
  show(second.status === 'failed' ? [second.error.message, String(second.error.cause)] : '')
  show(await collect(session.events({ follow: false })))
  await session.fork({ id: 'f', metadata: { why: written } })
  const workflow = new Workflow({ executor: agent.executor(), store, rootId: 'w', onEvent: show, onStepEvent: show })
  const step = { agent: 'default', description: `with ${written}`, prompt: `do ${written}` }
  const steps = [await workflow.agent({ taskId: 'a', ...step }), await workflow.agent({ taskId: 'b', ...step })]
  await workflow.close()
  show(steps)
  show(await agent.unfinished()[Symbol.asyncIterator]().next())
  show(await dump(store))
  show(llm.requests)
  return {
    texts: textsIn(seen),
    given,
    requests: llm.requests,
    statuses: [first.status, second.status, again.id === run.id ? 'same' : 'another', ...steps.map(({ status }) => status)],
  }
}

const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, field]) => [key, ...textsIn(field)])
      : []

/** A concern of somebody's own, which sees what streams and what fails. */
const watching = (show: (value: unknown) => void): Middleware => ({
  name: 'watching',
  start: () => ({
    async *wrapModelCall(call, next) {
      const texts = new Map<number, string>()
      try {
        for await (const batch of next(call)) {
          for (const event of batch)
            if (event.type !== 'done' && event.type !== 'tool_start')
              texts.set(event.block, (texts.get(event.block) ?? '') + (event.type === 'tool_input_delta' ? event.delta : event.text))
          yield batch
        }
      } catch (error) {
        show(error instanceof Error ? [error.message, String(error.cause)] : error)
        throw error
      }
      show([...texts.values()])
    },
  }),
})

/** What a reader has of each call's output and of each block when all pieces are put together. */
function joined(envelopes: readonly Envelope[]): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const { event } of envelopes) {
    if (event.type === 'tool_output_delta') texts[event.callId] = (texts[event.callId] ?? '') + event.delta
    if (event.type === 'text_delta')
      texts[`${event.turn} ${event.attempt} ${event.block}`] = (texts[`${event.turn} ${event.attempt} ${event.block}`] ?? '') + event.text
  }
  return texts
}

const reasoning = (text: string): Block => ({
  type: 'reasoning',
  text,
  origin: { provider: 'scripted', model: 'scripted' },
  state: { signature: 'signed' },
})

const use = (id: string, name: string, input: Json): Block => ({ type: 'tool_use', id, name, input, state: { item: 'x' } })

const script = (written: string): readonly ScriptedReply[] => [
  [
    reasoning(`thinking of ${written}`),
    { type: 'text', text: `I have ${written} here` },
    use('a', 'shows', {}),
    use('b', 'throws', {}),
    use('c', 'takes', { text: written }),
    use('d', 'takes', { text: 'secret://OFFERED', list: [{ deep: 'x secret://OFFERED y' }] }),
    use('e', 'hooked', {}),
    use('f', 'blocked', {}),
    use('g', 'large', {}),
    use('h', 'nests', {}),
    use('i', 'asks', { text: 'x' }),
    use('j', 'takes', { [written]: 'as a name' }),
    use('k', 'nothing_of_the_kind', { text: written }),
    { type: 'tool_use', id: 'l', name: 'takes', input: {}, invalidInput: `{"text": "${written}` },
    use('m', 'task', { agent: 'general', description: `with ${written}`, prompt: `do ${written}` }),
    use('n', 'task', { agent: 'general', description: 'plain', prompt: 'say it' }),
  ],
  `a child says ${written}`,
  new AgentError('llm_unavailable', `busy with ${written}`),
  `{"answer": ${JSON.stringify(written)}}`,
  new Error(`the far side refused the key ${written}`),
  `a step says ${written}`,
  new Error(`a step is refused with ${written}`),
]

function planted(written: string, given: Json[], chunk: number): readonly Tool[] {
  const text = { input: jsonSchema<{ text?: string }>({ type: 'object' }) }
  return [
    tool({
      name: 'shows',
      description: 'Shows.',
      readOnly: true,
      execute(_, { progress }) {
        const whole = `before ${written} after`
        for (let at = 0; at < whole.length; at += chunk) progress(whole.slice(at, at + chunk))
        return succeeded([{ type: 'text', text: whole }], { value: written, [written]: 1 })
      },
    }),
    tool({
      name: 'throws',
      description: 'Throws.',
      readOnly: true,
      execute: () => Promise.reject(new Error(`bad ${written}`, { cause: written })),
    }),
    tool({
      name: 'takes',
      description: 'Takes.',
      ...text,
      secrets: ['text', 'list' as never],
      effect: 'idempotent',
      execute: (input) => (given.push(input as Json), input),
    }),
    tool({ name: 'hooked', description: 'Hooked.', ...text, effect: 'idempotent', execute: (input) => (given.push(input as Json), input) }),
    tool({ name: 'blocked', description: 'Blocked.', readOnly: true, execute: () => 'done' }),
    tool({
      name: 'large',
      description: `Large, as in ${written}.`,
      readOnly: true,
      execute: () => `${'long '.repeat(600)}${written}${' end'.repeat(600)}`,
    }),
    tool({
      name: 'nests',
      description: 'Nests.',
      effect: 'composite',
      access: () => [],
      execute: async (_, { invoke }) => [await invoke('takes', { text: written }), await invoke('shows', {})],
    }),
    tool({ name: 'asks', description: 'Asks.', ...text, access: () => [{ kind: 'write', path: `${written}/x` }], execute: () => 'done' }),
  ]
}
