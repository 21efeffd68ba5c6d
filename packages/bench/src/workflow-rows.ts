/** What a step that does nothing costs in this process, beside a plain bounded promise pool, pass by pass. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { executeStepsParallel, memoryStore, Workflow, workflowRecords } from '@seamfold/core'
import type { AgentExecutor, AgentStepSpec, SessionStore } from '@seamfold/core/kit'
import { sqliteStore } from '@seamfold/store-sqlite'
import { outcomeOf } from './idle-step.ts'
import { median } from './measure.ts'

export type WorkflowRow = {
  readonly name: string
  /** Microseconds of CPU a step, median of the passes. */
  readonly cpuUs: number
  /** Of what stands beside it. */
  readonly plainUs: number
}

export type WorkflowFigures = {
  readonly rows: readonly WorkflowRow[]
  /** Resuming a phase of 10,000 steps: medians of the passes. */
  readonly resume: Resume
  /** Megabytes that a workflow of 10,000 steps with events keeps while its outcomes are held. */
  readonly heldMb: number
}

export type Resume = {
  /** By the CPU of reading its records with `workflowRecords`, which checks each by its digest. */
  readonly checked: number
  /** By the CPU of reading and parsing them by hand, unchecked. */
  readonly byHand: number
}

const STEPS = 1000
const REPEATS = 5
const WIDTH = 64
const MANY = 10_000

const executor: AgentExecutor = { contract: 1, concurrencyHint: WIDTH, executeStep: async (spec) => outcomeOf(spec) }

const stepsOf = (count: number): readonly AgentStepSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    taskId: `step-${index}`,
    agent: 'default',
    description: 'does nothing',
    prompt: 'Do nothing.',
  }))

export async function workflowRows(passes: number): Promise<WorkflowFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-bench-'))
  const sqlite = sqliteStore(join(folder, 'workflows.db'))
  try {
    const rows = [
      await row('without a journal', passes, async (steps) => void (await executeStepsParallel(executor, steps))),
      await row('journal in memory', passes, journaled(memoryStore())),
      await row('journal in SQLite', passes, journaled(sqlite)),
    ]
    return { rows, resume: await resuming(join(folder, 'long.db'), passes), heldMb: await held() }
  } finally {
    await sqlite.close?.()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Work = (steps: readonly AgentStepSpec[]) => Promise<void>

/** The pool that one would write by hand. */
const pool: Work = async (steps) => {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let step = steps[next++]; step !== undefined; step = steps[next++]) await executor.executeStep(step, { signal: NEVER })
  }
  await Promise.all(Array.from({ length: WIDTH }, lane))
}
const NEVER = new AbortController().signal

function journaled(store: SessionStore): Work {
  return async (steps) => {
    await using workflow = new Workflow({ executor, store })
    await workflow.parallel(steps)
  }
}

async function row(name: string, passes: number, ours: Work): Promise<WorkflowRow> {
  const steps = stepsOf(STEPS)
  const samples = []
  for (let pass = -2; pass < passes; pass++) {
    const plainUs = await cpuOf(() => repeated(pool, steps))
    const cpuUs = await cpuOf(() => repeated(ours, steps))
    if (pass >= 0) samples.push({ plainUs: plainUs / (STEPS * REPEATS), cpuUs: cpuUs / (STEPS * REPEATS) })
  }
  return { name, cpuUs: median(samples.map((each) => each.cpuUs)), plainUs: median(samples.map((each) => each.plainUs)) }
}

async function repeated(work: Work, steps: readonly AgentStepSpec[]): Promise<void> {
  for (let time = 0; time < REPEATS; time++) await work(steps)
}

async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** A finished phase is run again: all of it comes from the log. */
async function resuming(path: string, passes: number): Promise<Resume> {
  const steps = stepsOf(MANY)
  const again = async (asked: AgentExecutor): Promise<void> => {
    const store = sqliteStore(path)
    const workflow = new Workflow({ executor: asked, store, rootId: 'long' })
    await workflow.phase('all', steps)
    await workflow.close()
    await store.close?.()
  }
  await again(executor)
  const refusing: AgentExecutor = { ...executor, executeStep: () => Promise.reject(new Error('A step that was done is done again')) }
  const ratios: Resume[] = []
  for (let pass = -1; pass < passes; pass++) {
    const byHand = await cpuOf(() => readByHand(path))
    const checked = await cpuOf(() => readChecked(path))
    const resumed = await cpuOf(() => again(refusing))
    if (pass >= 0) ratios.push({ checked: resumed / checked, byHand: resumed / byHand })
  }
  return { checked: median(ratios.map((each) => each.checked)), byHand: median(ratios.map((each) => each.byHand)) }
}

/** Every record as anyone reads it who does not run the workflow. */
async function readChecked(path: string): Promise<void> {
  const store = sqliteStore(path)
  let count = 0
  for await (const { record } of workflowRecords(store, 'long')) count += record.type === 'step_end' ? 1 : 0
  await store.close?.()
  if (count !== MANY) throw new Error(`There are ${count} ends of steps, not ${MANY}`)
}

/** Every record read and parsed, and nothing else done with it. */
function readByHand(path: string): number {
  const database = new DatabaseSync(path)
  const rows = database.prepare("SELECT record FROM seamfold_journal WHERE key LIKE 'workflow/%'").all() as { readonly record: string }[]
  const parsed = rows.flatMap(({ record }) => record.split('\n').map((line): unknown => JSON.parse(line.slice(line.indexOf('{')))))
  database.close()
  if (parsed.length < 2 * MANY) throw new Error(`There are ${parsed.length} records, not ${2 * MANY}: the table has changed`)
  return parsed.length
}

/** Each step tells of a hundred things; only outcomes may be kept. */
async function held(): Promise<number> {
  const before = heap()
  const talking: AgentExecutor = {
    ...executor,
    async executeStep(spec, { onEvent }) {
      for (let count = 0; count < 100; count++)
        onEvent?.({
          cursor: '',
          durable: false,
          sessionId: spec.taskId,
          runId: 'run',
          timestamp: 0,
          event: { type: 'text_delta', text: 'word '.repeat(20), turn: 1, attempt: 1, block: 0, start: 0 },
        })
      return outcomeOf(spec)
    },
  }
  await using workflow = new Workflow({ executor: talking, onStepEvent: () => {} })
  const outcomes = await workflow.parallel(stepsOf(MANY))
  const after = heap()
  if (outcomes.length !== MANY) throw new Error(`There are ${outcomes.length} outcomes, not ${MANY}`)
  return (after - before) / 1e6
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
