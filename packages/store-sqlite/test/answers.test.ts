/** Two people in processes of their own answer one session, against its deadline, while its agent is killed and begun again: one answer each. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { openSession } from '@seamfold/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { effectsIn } from './working-agent.ts'

const fresh = temporaryFolder()
const CALLS = 6

const start = (script: string, ...words: readonly string[]) =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', './from-sources.mjs', script, ...words], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Killed after so many milliseconds, and begun again, for each number; the last one works to its end. */
async function agent(path: string, kills: readonly number[]): Promise<string> {
  let last = ''
  for (const after of [...kills, undefined]) {
    const child = start('./asking-agent.ts', path, `${CALLS}`)
    const timer = after === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), after)
    for await (const line of createInterface({ input: child.stdout })) last = line
    clearTimeout(timer)
  }
  return last
}

type Told = { readonly requestId: string; readonly counts: boolean; readonly approved: boolean; readonly by: string }

async function person(path: string, name: string): Promise<readonly Told[]> {
  const told: Told[] = []
  for await (const line of createInterface({ input: start('./answering-person.ts', path, name).stdout }))
    told.push(JSON.parse(line) as Told)
  return told
}

async function play(kills: readonly number[]) {
  const path = fresh()
  const [ended, ...people] = await Promise.all([agent(path, kills), person(path, 'ann'), person(path, 'bob')])
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
    const plans = fc.array(fc.integer({ min: 150, max: 900 }), { maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(plans, async (kills) => {
        const { ended, told, facts, history, effects } = await play(kills)
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
          const heard =
            answer?.type === 'confirmation_received' ? [{ requestId, counts: true, approved: answer.approved, by: answer.by }] : []
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
