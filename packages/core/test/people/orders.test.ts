/** Answers in every order: from two places, twice, late, and with the agent gone in between, each request has one answer, and whoever was told so gave it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Answer,
  askUser,
  createAgent,
  externalTool,
  memoryStore,
  openSession,
  policy,
  tool,
  type WaitingFor,
} from '../../src/index.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { collect } from '../middleware/runs.ts'

type Step =
  | { readonly do: 'answer'; readonly place: 0 | 1; readonly which: number; readonly no: boolean }
  | { readonly do: 'resume' | 'another agent' | 'late' | 'settle' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      place: fc.constantFrom(0 as const, 1 as const),
      which: fc.nat(3),
      no: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom({ do: 'resume' as const }, { do: 'another agent' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'late' as const }, { do: 'settle' as const }) },
)

const toAnswer = ({ kind }: WaitingFor, no: boolean, by: string): Answer => {
  if (no) return { decision: 'reject', by }
  return kind === 'confirmation' ? { decision: 'approve', by } : { decision: 'reply', value: 'yes', by }
}

async function play(steps: readonly Step[]) {
  const [store, host] = [memoryStore(), manualHost()]
  const ran: string[] = []
  const write = tool({
    name: 'write',
    description: 'Writes.',
    access: () => [{ kind: 'write', path: 'a' }],
    effect: 'unsafe',
    execute: () => `${ran.push('write')}`,
  })
  const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => `${ran.push('look')}` })
  const calls = ['write', 'look', 'write', 'ask_user', 'shop'].map((name) => callOf(name, name === 'ask_user' ? { question: 'Sure?' } : {}))
  const made = () =>
    createAgent({
      llm: scriptedLlm(ran.length === 0 ? [calls, 'done'] : ['done']),
      tools: [write, look, askUser(), externalTool({ name: 'shop', description: 'Shops.', timeoutMs: 5000 })],
      store,
      host,
      permissions: policy(),
      confirmTimeout: { afterMs: 5000, action: 'reject' },
    })
  let agent = made()
  let session = await agent.session({ id: 's' })
  await (
    await session.send('go')
  ).result
  const requests = await session.waitingFor()
  const views = [await openSession(store, 's'), await openSession(store, 's')]
  const winners = new Map<string, string[]>()
  const give = async (request: WaitingFor | undefined, place: number, answer: Answer) => {
    if (request === undefined || !(await views[place]?.answer(request.requestId, answer))) return
    winners.set(request.requestId, [...(winners.get(request.requestId) ?? []), answer.by ?? answer.decision])
  }
  let count = 0
  let late = false
  for (const each of steps) {
    const request = each.do === 'answer' ? requests[each.which] : undefined
    if (each.do === 'answer' && request) await give(request, each.place, toAnswer(request, each.no, `person ${count++}`))
    if (each.do === 'late') {
      await host.clock.advance(5000)
      late = true
    }
    if (each.do === 'settle' && late) await give(requests[0], 0, { decision: 'timeout' })
    if (each.do === 'another agent') {
      // The one before is left as a crash leaves it.
      agent = made()
      session = await agent.session({ id: 's' })
    }
    if (each.do === 'resume' || each.do === 'another agent') await (await session.resume())?.result
  }
  for (const request of requests) await give(request, 1, { decision: 'reject', by: 'the last one' })
  const result = await (await session.resume())?.result
  return { store, session, ran, requests, winners, result }
}

test(
  'answers in every order leave one answer each, the one that was said to count, and a history that is whole',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const { session, ran, requests, winners } = await play(steps)
        const events = (await collect(session.events({ follow: false }))).map(({ event }) => event)
        expect(requests).toHaveLength(4)
        expect((await session.state()).run?.status).toBe('completed')
        let approvals = 0
        for (const { requestId, toolName } of requests) {
          const answers = events.flatMap((event) =>
            (event.type === 'confirmation_received' || event.type === 'confirmation_timeout' || event.type === 'external_task_completed') &&
            event.requestId === requestId
              ? [event]
              : [],
          )
          expect(answers).toHaveLength(1)
          const [answer] = answers
          if (toolName === 'write' && answer?.approved === true) approvals++
          const who = answer?.type === 'confirmation_timeout' ? 'timeout' : answer?.by
          // Nobody was told that theirs counts where the deadline did.
          expect(winners.get(requestId) ?? ['timeout']).toEqual([who])
        }
        // What needs nothing ran once, at once; what was approved ran once, and nothing else did.
        expect(ran.toSorted()).toEqual(['look', ...Array.from({ length: approvals }, () => 'write')])
        const ends = events.flatMap((event) => (event.type === 'tool_end' ? [event.callId] : []))
        expect([ends.length, new Set(ends).size]).toEqual([5, 5])
        const last = (await session.history()).at(-2)?.content ?? []
        expect(last.map(({ type }) => type)).toEqual(Array.from({ length: 5 }, () => 'tool_result'))
      }),
      { numRuns: 150 },
    )
  },
)
