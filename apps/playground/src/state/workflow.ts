/** One workflow as a fold over the records of its log: its steps, as far as each has come. */
import { addUsage, noUsage, type Json, type StepOutcome, type Usage } from '@seamfold/core/kit'
import type { StoredWorkflowRecord } from '@seamfold/core'

/** `open`: begun, and nobody has seen its end: it is under way while the workflow is held, else it was cut off. `waiting`: its session says so. */
export type StepStatus = 'open' | 'waiting' | 'completed' | 'failed' | 'cancelled'

export type WorkflowStep = {
  readonly key: string
  readonly attempt: number
  readonly sessionId: string
  readonly status: StepStatus
  readonly startedAt: number
  readonly endedAt?: number
  /** Of its first attempt, where there were more: its place among the others stays that of then. */
  readonly first?: { readonly startedAt: number; readonly endedAt: number }
  readonly outcome?: StepOutcome
  /** Its result is from an earlier life of the workflow, and was not made again. */
  readonly kept: boolean
}

export type WorkflowRun = {
  readonly name: string
  readonly input: Json | undefined
  readonly output: Json | undefined
  readonly ended: boolean
  /** Somebody has claimed it and not let go of it. */
  readonly held: boolean
  /** How often it was claimed: more than once after it was stopped. */
  readonly claims: number
  readonly startedAt: number
  readonly updatedAt: number
  /** Of all attempts. */
  readonly usage: Usage
  readonly cost: number
  /** In the order in which they were first begun. */
  readonly steps: ReadonlyMap<string, WorkflowStep>
}

export const emptyWorkflow: WorkflowRun = {
  name: '',
  input: undefined,
  output: undefined,
  ended: false,
  held: false,
  claims: 0,
  startedAt: 0,
  updatedAt: 0,
  usage: noUsage,
  cost: 0,
  steps: new Map(),
}

/** The workflow after more records. */
export function workflowRun(run: WorkflowRun, records: readonly StoredWorkflowRecord[]): WorkflowRun {
  if (records.length === 0) return run
  const steps = new Map(run.steps)
  return records.reduce<WorkflowRun>((state, { record }) => one({ ...state, steps }, record, steps), run)
}

function one(state: WorkflowRun, record: StoredWorkflowRecord['record'], steps: Map<string, WorkflowStep>): WorkflowRun {
  const at = 'at' in record ? record.at : state.updatedAt
  const next = { ...state, startedAt: state.startedAt || at, updatedAt: at }
  switch (record.type) {
    case 'workflow_claimed':
      for (const [key, step] of steps) if (step.status === 'completed') steps.set(key, { ...step, kept: true })
      return { ...next, held: true, claims: state.claims + 1 }
    case 'workflow_released':
      return { ...next, held: false }
    case 'workflow_start':
      return { ...next, name: record.name, input: record.input }
    case 'workflow_end':
      return { ...next, output: record.output, ended: true }
    case 'step_start': {
      const { key, attempt, sessionId } = record
      steps.set(key, { key, attempt, sessionId, status: 'open', startedAt: at, kept: false, ...firstOf(steps.get(key), at) })
      return next
    }
    case 'step_end': {
      const { key, attempt, outcome } = record
      const step = steps.get(key)
      if (step?.attempt === attempt)
        steps.set(key, { ...step, outcome, endedAt: at, status: outcome.status === 'suspended' ? 'open' : outcome.status })
      return { ...next, usage: addUsage(state.usage, outcome.usage), cost: state.cost + (outcome.cost ?? 0) }
    }
  }
}

function firstOf(before: WorkflowStep | undefined, at: number): Pick<WorkflowStep, 'first'> {
  return before === undefined ? {} : { first: before.first ?? { startedAt: before.startedAt, endedAt: before.endedAt ?? at } }
}

const beganAt = ({ first, startedAt }: WorkflowStep): number => first?.startedAt ?? startedAt

const restedAt = ({ first, endedAt }: WorkflowStep): number => first?.endedAt ?? endedAt ?? Number.POSITIVE_INFINITY

const unescape = (part: string): string => part.replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%25', '%')

/** The id that the step was given, which ends its key. */
export const taskIdOf = (key: string): string => unescape(key.slice(key.lastIndexOf('/') + 1))

/** Steps that stand together: a phase, a round, or what was begun side by side. */
export type StepGroup = {
  readonly key: string
  /** Of its phase or round; empty where it has none. */
  readonly name: string
  readonly kind: 'phase' | 'round' | 'steps'
  /** The scope that it is in; empty for the workflow itself. */
  readonly scope: string
  readonly steps: readonly WorkflowStep[]
  /** Groups before it: all of them had ended when it began. */
  readonly layer: number
  /** Keys of the groups that it followed on. */
  readonly after: readonly string[]
}

type Unit = Pick<StepGroup, 'name' | 'kind' | 'scope'> & { readonly key: string }

/** What stands in a key before the step's own id tells where it belongs. */
function unitOf(key: string): Unit {
  const parts = key.split('/').slice(0, -1)
  const last = parts.at(-1) ?? ''
  const phase = /^(\d+):(.*)$/s.exec(last)
  if (phase)
    return { key: parts.join('/'), kind: 'phase', name: unescape(phase[2] ?? ''), scope: parts.slice(0, -1).map(unescape).join(' / ') }
  const round = /^rounds:\d+$/.test(parts.at(-2) ?? '')
  if (round)
    return { key: parts.join('/'), kind: 'round', name: `round ${Number(last) + 1}`, scope: parts.slice(0, -2).map(unescape).join(' / ') }
  return { key: parts.join('/'), kind: 'steps', name: '', scope: parts.map(unescape).join(' / ') }
}

type Draft = Unit & { readonly steps: WorkflowStep[]; from: number; to: number }

/** Begun steps in groups, in the order in which the groups began, each behind those that had ended by then. */
export function stepGroups(steps: Iterable<WorkflowStep>): readonly StepGroup[] {
  const drafts: Draft[] = []
  const current = new Map<string, Draft>()
  for (const step of [...steps].toSorted((a, b) => beganAt(a) - beganAt(b))) {
    const unit = unitOf(step.key)
    const known = current.get(unit.key)
    // Outside of phases, what begins when all before it has ended is a place of its own.
    const draft =
      known !== undefined && (unit.kind !== 'steps' || beganAt(step) < known.to)
        ? known
        : { ...unit, key: `${unit.key}#${drafts.length}`, steps: [], from: beganAt(step), to: 0 }
    if (draft !== known) {
      drafts.push(draft)
      current.set(unit.key, draft)
    }
    draft.steps.push(step)
    draft.to = Math.max(draft.to, restedAt(step))
  }
  return layered(drafts)
}

function layered(drafts: readonly Draft[]): readonly StepGroup[] {
  const groups: (StepGroup & { readonly to: number })[] = []
  for (const { key, name, kind, scope, steps, from, to } of drafts) {
    const before = groups.filter((group) => group.to <= from)
    const layer = before.reduce((most, group) => Math.max(most, group.layer + 1), 0)
    const after = before.filter((group) => group.layer === layer - 1).map((group) => group.key)
    groups.push({ key, name, kind, scope, steps, layer, after, to })
  }
  return groups
}

/** A workflow's log has nothing of a step that waits for a person: the step's session has. `suspended` are such sessions. */
export const withWaiting = (steps: Iterable<WorkflowStep>, suspended: ReadonlySet<string>): readonly WorkflowStep[] =>
  [...steps].map((step) => (step.status === 'open' && suspended.has(step.sessionId) ? { ...step, status: 'waiting' } : step))

export type StepCounts = { readonly [K in StepStatus | 'kept']: number }

export function stepCounts(steps: Iterable<WorkflowStep>): StepCounts {
  const counts = { open: 0, waiting: 0, completed: 0, failed: 0, cancelled: 0, kept: 0 }
  for (const { status, kept } of steps) {
    counts[status] += 1
    if (kept) counts.kept += 1
  }
  return counts
}
