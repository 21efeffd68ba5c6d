/** The history is valid by construction: whatever happens, no provider ever has a reason to refuse it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Agent, AgentError, createAgent, memoryStore, type Run, type Session, tool } from '@seamfold/core'
import type { LlmClient, SessionStore } from '@seamfold/core/kit'
import { anthropic } from '@seamfold/llm-anthropic'
import { openai } from '@seamfold/llm-openai'
import {
  answer,
  callTool,
  callToolRaw,
  type Conversation,
  reasoning,
  type Simulator,
  startSimulator,
  text,
  type Turn,
} from '@seamfold/simulator'

/** What the model does next, and what happens to the run meanwhile. */
type Call = 'look' | 'change' | 'wait' | 'both' | 'malformed' | 'unknown' | 'repeated'
type Blow = { readonly after: number; readonly kind: 'cancel' | 'steer' | 'crash' | 'abort' }
type Plan = { readonly turns: readonly (readonly Call[])[]; readonly blows: readonly Blow[]; readonly approvals: readonly boolean[] }

const plans: fc.Arbitrary<Plan> = fc.record({
  turns: fc.array(
    fc.array(fc.constantFrom<Call>('look', 'change', 'wait', 'both', 'malformed', 'unknown', 'repeated'), { minLength: 1, maxLength: 3 }),
    { maxLength: 4 },
  ),
  blows: fc.array(
    fc.record({ after: fc.integer({ min: 1, max: 30 }), kind: fc.constantFrom<Blow['kind']>('cancel', 'steer', 'crash', 'abort') }),
    { maxLength: 3 },
  ),
  approvals: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
})

const tools = [
  tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' }),
  tool({
    name: 'change',
    description: 'Changes.',
    access: () => [{ kind: 'write', path: 'a' }],
    effect: 'idempotent',
    execute: () => 'changed',
  }),
  tool({
    name: 'wait',
    description: 'Takes its time.',
    effect: 'unsafe',
    execute: async (_, { signal }) =>
      new Promise((resolve) => {
        const finish = (): void => resolve('waited')
        signal.addEventListener('abort', finish, { once: true })
        setImmediate(finish)
      }),
  }),
  tool({
    name: 'both',
    description: 'Looks and changes.',
    effect: 'composite',
    access: () => [],
    execute: async (_, { invoke }) => `${(await invoke('look', {})).isError} ${(await invoke('change', {})).isError}`,
  }),
]

const blockOf = (call: Call, index: number): ReturnType<typeof callTool> => {
  if (call === 'malformed') return callToolRaw('look', '{"a": ')
  if (call === 'unknown') return callTool('nothing_of_the_kind')
  if (call === 'repeated') return callTool('look', { again: index }, { id: 'the_same_id' })
  return callTool(call, { n: index })
}

/** A store that is dead to the process that crashed. */
function mortal(store: SessionStore): { readonly store: SessionStore; kill(): void } {
  let dead = false
  const assertAlive = (): void => {
    if (dead) throw new AgentError('store_unavailable', 'the process is gone', { retryable: false })
  }
  return {
    kill: () => (dead = true),
    store: {
      contract: 1,
      append: async (...args) => {
        assertAlive()
        await store.append(...args)
        assertAlive()
      },
      read: (...args) => (assertAlive(), store.read(...args)),
      keys: (...args) => (assertAlive(), store.keys(...args)),
      delete: async (key) => (assertAlive(), store.delete(key)),
    },
  }
}

const LAST_PROMPT = 'and finally'

type Process = { readonly agent: Agent; kill(): void }

class Drive {
  readonly #base = memoryStore()
  readonly #llm: LlmClient
  readonly #plan: Plan
  #blows: readonly Blow[]
  #approvals: number = 0
  #cancelling: Promise<unknown> = Promise.resolve()

  constructor(llm: LlmClient, plan: Plan) {
    this.#llm = llm
    this.#plan = plan
    this.#blows = plan.blows
  }

  #process(): Process {
    const { store, kill } = mortal(this.#base)
    return { kill, agent: createAgent({ llm: this.#llm, tools, store, retry: { attempts: 2, baseDelayMs: 1 } }) }
  }

  /** Send, suffer, resume and answer, twice; the second time nothing is in the way and the run completes. */
  async run(): Promise<Session> {
    const { session } = await this.#through(this.#process(), 'begin')
    await session.close()
    this.#blows = []
    const last = await this.#through(this.#process(), LAST_PROMPT)
    expect((await last.session.runs()).at(-1)).toMatchObject({ status: 'completed' })
    return last.session
  }

  async #through(first: Process, prompt: string): Promise<{ readonly session: Session }> {
    let process = first
    let session = await process.agent.session({ id: 's' })
    let run: Run | undefined = await session.send(prompt)
    for (let segment = 0; run !== undefined; segment++) {
      expect(segment).toBeLessThan(40)
      const crashed = await this.#suffer(run, session, process.kill)
      await run.result
      await this.#cancelling
      if (crashed) {
        process = this.#process()
        session = await process.agent.session({ id: 's' })
      }
      await this.#answerAll(session)
      run = await session.resume()
    }
    return { session }
  }

  async #suffer(run: Run, session: Session, kill: () => void): Promise<boolean> {
    let seen = 0
    let crashed = false
    for await (const _ of run) {
      seen++
      const due = this.#blows.filter(({ after }) => after <= seen)
      this.#blows = this.#blows.filter(({ after }) => after > seen)
      for (const { kind } of due) {
        if (kind === 'cancel') this.#alsoWaitFor(run.cancel())
        if (kind === 'steer') await session.steer('hurry').catch((error: unknown) => expect(error).toBeInstanceOf(AgentError))
        if (kind === 'abort') this.#alsoWaitFor(session.cancel('aborted'))
        if (kind === 'crash') {
          crashed = true
          kill()
        }
      }
      if (crashed) break
    }
    return crashed
  }

  /** A cancel that is still at work when the next thing is asked for would be in its way. */
  #alsoWaitFor(cancelling: Promise<boolean>): void {
    const settled = cancelling.catch((error: unknown) => expect(error).toBeInstanceOf(AgentError))
    this.#cancelling = Promise.all([this.#cancelling, settled])
  }

  async #answerAll(session: Session): Promise<void> {
    for (const { requestId } of await session.waitingFor()) {
      const approved = this.#plan.approvals[this.#approvals++ % this.#plan.approvals.length] ?? true
      await session.answer(requestId, approved ? { decision: 'approve' } : { decision: 'reject', message: 'rather not' })
    }
  }
}

/** The model follows the plan, whatever it is told, until the last prompt; then it answers. */
function scenarioOf(plan: Plan): (conversation: Conversation) => Turn {
  let next = 0
  return ({ messages }) => {
    const finish = messages.some(
      ({ role, parts }) => role === 'user' && parts.some((part) => part.type === 'text' && part.text === LAST_PROMPT),
    )
    const calls = finish ? undefined : plan.turns[next++]
    if (calls === undefined) return answer([text('that is all')])
    return answer([reasoning('let me see'), text('working'), ...calls.map(blockOf)])
  }
}

const clients: Readonly<Record<string, (simulator: Simulator) => LlmClient>> = {
  'Anthropic Messages': ({ anthropicBaseUrl }) =>
    anthropic({ model: 'claude-sonnet-4-5', apiKey: 'key', baseURL: anthropicBaseUrl, thinking: { budgetTokens: 1024 } }),
  'OpenAI Responses': ({ openaiBaseUrl }) => openai({ model: 'gpt-5', apiKey: 'key', baseURL: openaiBaseUrl, mode: 'responses' }),
  'OpenAI Chat Completions': ({ openaiBaseUrl }) => openai({ model: 'gpt-4.1', apiKey: 'key', baseURL: openaiBaseUrl, mode: 'chat' }),
}

describe.each(Object.keys(clients))('the history sent to %s', (name) => {
  test('is valid after any interleaving of cancel, denial, crash and steering', { timeout: 120_000 }, async () => {
    await using simulator = await startSimulator({ scenario: () => answer([text('not yet')]) })
    const llm = clients[name]?.(simulator)
    if (llm === undefined) throw new Error('no such client')
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        simulator.reset({ scenario: scenarioOf(plan) })
        const session = await new Drive(llm, plan).run()
        const verdicts = simulator.requests.map(({ verdict }) => verdict)
        expect(verdicts.filter(({ status }) => status === 'refused' || status === 'scenario_error')).toEqual([])
        const roles = (await session.history()).map(({ role }) => role)
        expect(roles.at(-1)).toBe('assistant')
      }),
      { numRuns: 60 },
    )
  })
})
