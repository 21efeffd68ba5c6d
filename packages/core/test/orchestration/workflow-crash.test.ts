/** Whatever the shape of a workflow, and wherever its process dies: it ends as if it had not died, and no work is done twice. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAgent, memoryStore, type StepOutcome, Workflow } from '../../src/index.ts'
import type { AgentExecutor, SessionStore } from '../../src/kit.ts'
import { crashingStore, manualHost, scriptedLlm } from '../../src/testing.ts'
import { pass } from '../middleware/runs.ts'
import { outcomeOf, outputs, step } from './steps.ts'

/** One verb of a workflow, as data. */
type Verb =
  | { readonly verb: 'agent' }
  | { readonly verb: 'parallel' | 'phase'; readonly width: number }
  | { readonly verb: 'pipeline'; readonly items: number; readonly stages: number }
  | { readonly verb: 'rounds'; readonly count: number; readonly width: number }
  | { readonly verb: 'scopes'; readonly inner: readonly Verb[]; readonly count: number }

const leaf: fc.Arbitrary<Verb> = fc.oneof(
  fc.record({ verb: fc.constant('agent' as const) }),
  fc.record({ verb: fc.constantFrom('parallel' as const, 'phase' as const), width: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ verb: fc.constant('pipeline' as const), items: fc.integer({ min: 1, max: 3 }), stages: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ verb: fc.constant('rounds' as const), count: fc.integer({ min: 1, max: 3 }), width: fc.integer({ min: 1, max: 2 }) }),
)
const shape: fc.Arbitrary<readonly Verb[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.record({
        verb: fc.constant('scopes' as const),
        inner: fc.array(leaf, { minLength: 1, maxLength: 2 }),
        count: fc.integer({ min: 1, max: 2 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 4 },
)

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** Does what the shape says; what a step asks follows from what the ones before said. */
async function perform(workflow: Workflow, verbs: readonly Verb[]): Promise<readonly (string | undefined)[]> {
  let said: readonly (string | undefined)[] = []
  const ask = (id: string): ReturnType<typeof step> =>
    step(id, { agent: 'default', prompt: `${id} after ${said.length}: ${said.at(-1) ?? ''}`.slice(0, 80) })
  const all = async (outcomes: Promise<readonly (StepOutcome | null)[]>): Promise<void> =>
    void (said = [...said, ...outputs(await outcomes)])
  for (const [place, each] of verbs.entries()) {
    const id = (index: number): string => `${place}.${index}`
    if (each.verb === 'agent') await all(workflow.agent(ask(id(0))).then((outcome) => [outcome]))
    if (each.verb === 'parallel') await all(workflow.parallel(range(each.width).map((index) => ask(id(index)))))
    if (each.verb === 'phase')
      await all(
        workflow.phase(
          'same name',
          range(each.width).map((index) => ask(String(index))),
        ),
      )
    if (each.verb === 'pipeline')
      await all(
        workflow.pipeline(
          range(each.items),
          range(each.stages).map((stage) => (_, item) => ask(`${id(item)}.${stage}`)),
        ),
      )
    if (each.verb === 'rounds') {
      const round = () => range(each.width).map((index) => ask(String(index)))
      await all(workflow.rounds(round(), (_, index) => (index + 1 < each.count ? round() : []), { maxRounds: 5 }))
    }
    if (each.verb === 'scopes') {
      const parts = await Promise.all(range(each.count).map((index) => perform(workflow.scope(id(index)), each.inner)))
      said = [...said, ...parts.flat()]
    }
  }
  return said
}

/** An executor whose sessions outlive a process, as those of agents do: a session's work is done once, and told again. */
function lastingSessions(concurrencyHint: number): { executor(alive: () => boolean): AgentExecutor; readonly worked: readonly string[] } {
  const worked: string[] = []
  const sessions = new Map<string, StepOutcome>()
  return {
    worked,
    executor: (alive) => ({
      contract: 1,
      concurrencyHint,
      async executeStep(spec) {
        await Promise.resolve()
        if (!alive()) return new Promise(() => {}) // a dead process does nothing
        const known = sessions.get(spec.sessionId ?? '')
        if (known) return known
        worked.push(`${spec.sessionId}`)
        const outcome = outcomeOf(spec, { output: `answer to ${spec.prompt}` })
        sessions.set(spec.sessionId ?? '', outcome)
        return outcome
      },
    }),
  }
}

type Scenario = { readonly verbs: readonly Verb[]; readonly hint: number }

/** As it goes when nothing happens, and how many appends that took. */
async function undisturbed({
  verbs,
  hint,
}: Scenario): Promise<{ readonly said: unknown; readonly work: number; readonly appends: number }> {
  const store = crashingStore(memoryStore(), { at: Infinity, when: 'before' })
  const { executor, worked } = lastingSessions(hint)
  const workflow = new Workflow({ executor: executor(() => true), store, rootId: 'root' })
  const said = await perform(workflow, verbs)
  await workflow.close()
  return { said, work: worked.length, appends: store.appends }
}

/** Dies at each of these appends, one process after the other, and comes to its end in the last. */
async function withDeaths({ verbs, hint }: Scenario, deaths: readonly { readonly at: number; readonly when: 'before' | 'after' }[]) {
  const survived: SessionStore = memoryStore()
  const { executor, worked } = lastingSessions(hint)
  for (const death of deaths) {
    const host = manualHost()
    const store = crashingStore(survived, death)
    const id = `process-${deaths.indexOf(death)}`
    const workflow = new Workflow({
      executor: executor(() => !store.crashed),
      store,
      rootId: 'root',
      host: { ...host, id: (kind) => `${id}-${host.id(kind)}` },
    })
    const ended = perform(workflow, verbs).then(
      () => 'ended',
      (error: unknown) => String(error),
    )
    // A step that a dead process asked for never answers: the verb is left where it stands.
    await pass(Promise.race([ended, stillWith(() => store.crashed)]), host.clock, 1000)
  }
  const workflow = new Workflow({ executor: executor(() => true), store: survived, rootId: 'root' })
  const said = await perform(workflow, verbs)
  await workflow.close()
  return { said, work: worked.length }
}

/** Resolves some time after it is so. */
async function stillWith(holds: () => boolean): Promise<string> {
  for (let turns = 0; turns < 30; turns += holds() ? 1 : 0) await new Promise((resolve) => setImmediate(resolve))
  return 'left'
}

describe('a process that dies', () => {
  test('at any append, before or after it is stored: the next one comes to the same end, and nothing is done twice', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.integer({ min: 1, max: 4 }), async (verbs, hint) => {
        const scenario = { verbs, hint }
        const { said, work, appends } = await undisturbed(scenario)
        for (let at = 1; at <= appends; at++)
          for (const when of ['before', 'after'] as const) expect(await withDeaths(scenario, [{ at, when }])).toEqual({ said, work })
      }),
      { numRuns: 15 },
    )
  }, 60_000)

  test('again and again', async () => {
    const death = fc.record({ at: fc.integer({ min: 1, max: 12 }), when: fc.constantFrom('before' as const, 'after' as const) })
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.integer({ min: 1, max: 4 }),
        fc.array(death, { minLength: 2, maxLength: 6 }),
        async (verbs, hint, deaths) => {
          const scenario = { verbs, hint }
          const { said, work } = await undisturbed(scenario)
          expect(await withDeaths(scenario, deaths)).toEqual({ said, work })
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)

  test('with the sessions of a real agent in the same store: the model is asked no question whose answer was stored', async () => {
    const verbs: readonly Verb[] = [{ verb: 'agent' }, { verb: 'phase', width: 2 }, { verb: 'pipeline', items: 2, stages: 2 }]
    const replies = (answered: string[]) =>
      Array.from({ length: 40 }, () => (request: { readonly messages: readonly { readonly content: readonly unknown[] }[] }) => {
        const [block] = request.messages[0]?.content ?? []
        const text = (block as { readonly text: string }).text
        answered.push(text)
        return `answer to ${text}`
      })
    const clean: string[] = []
    const store = crashingStore(memoryStore(), { at: Infinity, when: 'before' })
    const agent = createAgent({ llm: scriptedLlm(replies(clean)), store })
    const said = await perform(new Workflow({ executor: agent.executor(), store, rootId: 'root' }), verbs)
    const total = store.appends
    for (let at = 1; at <= total; at += 3) {
      const survived = memoryStore()
      const host = manualHost()
      const dying = crashingStore(survived, { at, when: 'after' })
      const asked: string[] = []
      const first = createAgent({ llm: scriptedLlm(replies(asked)), store: dying, host })
      const running = perform(new Workflow({ executor: first.executor(), store: dying, rootId: 'root', host }), verbs)
      await pass(
        running.then(
          () => 'ended',
          (error: unknown) => String(error),
        ),
        host.clock,
        1000,
      )
      const second = createAgent({ llm: scriptedLlm(replies(asked)), store: survived })
      const workflow = new Workflow({ executor: second.executor(), store: survived, rootId: 'root' })
      expect(await perform(workflow, verbs)).toEqual(said)
      await workflow.close()
      // One more than without the death at the most per step that was under way: a turn whose answer was never stored.
      expect(asked.length - clean.length).toBeLessThanOrEqual(2)
    }
  }, 60_000)
})
