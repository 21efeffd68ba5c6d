/** People and agents in processes of their own, each with a clock of its own, answer one session against its deadline: one answer each. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { openSession } from '@seamfold/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { effectsIn } from './working-agent.ts'

const fresh = temporaryFolder()
const CALLS = 6

const start = (script: string, ...words: readonly string[]) =>
  spawn(process.execPath, [...FROM_SOURCES, script, ...words], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Killed after so many milliseconds, and begun again by another clock, for each number; the last one works to its end. */
async function agent(path: string, kills: readonly number[], skews: readonly number[]): Promise<string> {
  let last = ''
  for (const [index, after] of [...kills, undefined].entries()) {
    const child = start('./asking-agent.ts', path, `${CALLS}`, `${skews[index % skews.length]}`)
    const timer = after === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), after)
    for await (const line of createInterface({ input: child.stdout })) last = line
    clearTimeout(timer)
  }
  return last
}

type Told = { readonly requestId: string; readonly counts: boolean; readonly decision: string; readonly by: string }

async function person(path: string, name: string, skewMs: number): Promise<readonly Told[]> {
  const told: Told[] = []
  for await (const line of createInterface({ input: start('./answering-person.ts', path, name, `${skewMs}`).stdout }))
    told.push(JSON.parse(line) as Told)
  return told
}

async function play(kills: readonly number[], skews: readonly number[]) {
  const path = fresh()
  const [ended, ...people] = await Promise.all([
    agent(path, kills, skews),
    person(path, 'ann', skews[1] ?? 0),
    person(path, 'bob', skews[2] ?? 0),
  ])
  const store = sqliteStore(path)
  const view = await openSession(store, 's')
  const facts = []
  for await (const { event } of view.events({ follow: false })) facts.push(event)
  const history = (await view.state()).history.toArray()
  await store.close?.()
  return { ended, told: people.flat(), facts, history, effects: effectsIn(path) }
}

test(
  'each request has one answer, whoever was told that theirs counts gave it, and what was approved took effect once at most',
  {
    timeout: 120_000,
  },
  async () => {
    const outcomes = new Set<string>()
    const skews = fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 3, maxLength: 3 })
    const plans = fc.array(fc.integer({ min: 150, max: 900 }), { maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(plans, skews, async (kills, skewMs) => {
        const { ended, told, facts, history, effects } = await play(kills, skewMs)
        expect(ended).toBe('completed')
        const asked = facts.flatMap((fact) => (fact.type === 'confirmation_required' ? [fact] : []))
        expect(new Set(asked.map(({ callId }) => callId)).size).toBe(CALLS)
        let approvals = 0
        for (const { requestId } of asked) {
          const answers = facts.flatMap((fact) =>
            (fact.type === 'confirmation_received' || fact.type === 'confirmation_timeout') && fact.requestId === requestId ? [fact] : [],
          )
          expect(answers).toHaveLength(1)
          const [answer] = answers
          const winners = told.filter((each) => each.counts && each.requestId === requestId)
          outcomes.add(answer?.type === 'confirmation_timeout' ? 'timeout' : 'person')
          const late = answer?.type === 'confirmation_timeout'
          const heard = late
            ? winners.slice(0, 1).map((each) => ({ ...each, decision: 'timeout' })) // the agent may have been the first to see it
            : [{ requestId, counts: true, decision: answer?.approved ? 'approve' : 'reject', by: answer?.by }]
          expect(winners).toEqual(heard)
          if (answer?.approved === true) approvals++
        }
        const ends = facts.flatMap((fact) => (fact.type === 'tool_end' ? [fact] : []))
        expect(new Set(ends.map(({ callId }) => callId)).size).toBe(CALLS)
        expect(ends).toHaveLength(CALLS)
        expect(new Set(effects).size).toBe(effects.length)
        const worked = ends.filter(({ isError }) => !isError).length
        const unknown = ends.filter(({ errorKind }) => errorKind === 'unknown_outcome').length
        expect(worked + unknown).toBe(approvals)
        expect(effects.length).toBeGreaterThanOrEqual(worked)
        expect(effects.length).toBeLessThanOrEqual(approvals)
        expect(history.at(-2)?.content.map(({ type }) => type)).toEqual(Array.from({ length: CALLS }, () => 'tool_result'))
      }),
      { numRuns: 5, endOnFailure: true },
    )
    expect([...outcomes].toSorted()).toEqual(['person', 'timeout'])
  },
)
