/** Compares what a step told its caller with what its journal and the world say. */
import { join } from 'node:path'
import { openSession } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { sqliteStore } from '@seamfold/store-sqlite'
import { marksIn, type Effect } from './effects.ts'
import type { StepWitness } from './step-witness.ts'

export type Verdict = {
  readonly violations: readonly string[]
  /** Calls of unsafe tools of which nobody knows whether they took effect, and whose steps say so. */
  readonly unknownEffects: number
  readonly effects: number
}

export async function judge(directory: string, witnesses: ReadonlyMap<string, StepWitness>): Promise<Verdict> {
  const store = sqliteStore(join(directory, 'sessions.db'))
  const marks = marksIn(directory)
  const bySession = Map.groupBy(marks, ({ sessionId }) => sessionId)
  const violations: string[] = []
  let unknownEffects = 0
  for (const [taskId, witness] of witnesses) {
    const words = [...witness.violations, ...outcomeProblems(witness)]
    if (witness.outcome !== undefined && witness.outcome.status !== 'failed') {
      words.push(...(await factProblems(store, witness)))
    }
    const { problems, unknown } = effectProblems(witness, bySession.get(`task-run-${taskId}`) ?? [])
    unknownEffects += unknown
    violations.push(...[...words, ...problems].map((each) => `step ${taskId}: ${each}`))
  }
  await store.close?.()
  return { violations, unknownEffects, effects: marks.length }
}

function outcomeProblems({ outcome, results }: StepWitness): readonly string[] {
  if (outcome === undefined) return ['it has no outcome']
  if (outcome.status === 'completed' && results.length !== 3) return [`it completed with ${results.length} results of its 3 calls`]
  if (outcome.status === 'failed' && outcome.output === '') return ['it failed without saying why']
  return []
}

/** Exactly the facts of its run, in their order. */
async function factProblems(store: SessionStore, { facts, outcome }: StepWitness): Promise<readonly string[]> {
  const view = await openSession(store, outcome?.sessionId ?? '')
  const stored: string[] = []
  let run: string | undefined
  for await (const { cursor, runId, event } of view.events({ follow: false })) {
    if (event.type === 'agent_start') run ??= runId
    if (run !== undefined && runId === run) stored.push(cursor)
  }
  const at = stored.findIndex((cursor, index) => cursor !== facts[index])
  if (at === -1 && stored.length === facts.length) return []
  return [`the journal has ${stored.length} facts of its run, the caller was told ${facts.length}; they differ at ${at}`]
}

/** Of what was told as done there is one mark for each call; of the rest at most one; and a call that may be repeated keeps its key. */
function effectProblems({ results, outcome }: StepWitness, marks: readonly Effect[]): { problems: readonly string[]; unknown: number } {
  const problems: string[] = []
  let unknown = 0
  for (const tool of ['pay', 'note']) {
    const mine = marks.filter((mark) => mark.tool === tool)
    const effects = tool === 'pay' ? mine.length : new Set(mine.map(({ key }) => key)).size
    const done = results.filter(({ name, isError }) => name === tool && !isError).length
    const calls = tool === 'pay' ? 1 : 2
    unknown += results.filter(({ name, isError }) => name === tool && isError).length
    if (effects > calls) problems.push(`${tool} took effect ${effects} times in ${calls} calls`)
    if (effects < done) problems.push(`${tool} is told as done ${done} times and took effect ${effects} times`)
    if (tool === 'note' && outcome?.status === 'completed' && effects !== calls) {
      problems.push(`${tool} may be repeated, and took effect ${effects} times in ${calls} calls`)
    }
  }
  return { problems, unknown }
}
