/** How far a workflow has come: a fold over what it and its steps say. */
import type { WorkflowEvent } from '@seamfold/core'
import type { Envelope } from '@seamfold/core/kit'

export type StepProgress = {
  readonly taskId: string
  readonly agent: string
  readonly status: 'running' | 'cached' | 'completed' | 'failed' | 'cancelled' | 'suspended'
  readonly attempt: number
  /** What it does now. */
  readonly doing: string
  readonly startedAt: number
  readonly endedAt?: number
  /** What one that failed says. */
  readonly reason?: string
}

export type PhaseProgress = {
  readonly index: number
  readonly name: string
  readonly scope: string
  readonly total: number
  readonly succeeded: number
  readonly failed: number
  readonly ended: boolean
}

export class Progress {
  /** By their place in the workflow, in the order in which they began. */
  readonly steps: Map<string, StepProgress> = new Map()
  readonly phases: PhaseProgress[] = []
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  record(event: WorkflowEvent): void {
    switch (event.type) {
      case 'phase_start':
        this.phases.push({ ...placeOfPhase(event), total: event.stepCount, succeeded: 0, failed: 0, ended: false })
        return
      case 'phase_end':
        return this.#changePhase(placeOfPhase(event), { succeeded: event.succeeded, failed: event.failed, ended: true })
      case 'step_run':
        return this.#set(event.key, { ...placeOf(event), status: 'running', attempt: event.attempt })
      case 'step_cached':
        this.#set(event.key, { ...placeOf(event), status: 'cached', attempt: 0 })
        return this.#count(event.key, true)
      case 'step_suspended':
        return this.#change(event.key, { status: 'suspended', doing: 'waits for an answer' })
      case 'step_end':
        this.#change(event.key, { status: event.status, doing: '', endedAt: this.#now(), ...reasonIn(event) })
        return event.status === 'suspended' ? undefined : this.#count(event.key, event.success)
      default:
        return undefined
    }
  }

  /** What a step does now, by its task. */
  hear({ event }: Envelope, taskId: string): void {
    const doing = doingOf(event)
    const key = [...this.steps].findLast(([, step]) => step.taskId === taskId && step.status === 'running')?.[0]
    if (doing !== undefined && key !== undefined) this.#change(key, { doing })
  }

  get running(): readonly StepProgress[] {
    return [...this.steps.values()].filter(({ status }) => status === 'running')
  }

  /** Phases that are under way. */
  get open(): readonly PhaseProgress[] {
    return this.phases.filter(({ ended }) => !ended)
  }

  /** Milliseconds since it began. */
  elapsed({ startedAt, endedAt = this.#now() }: StepProgress): number {
    return endedAt - startedAt
  }

  #set(key: string, step: Omit<StepProgress, 'doing' | 'startedAt'>): void {
    const startedAt = this.steps.get(key)?.startedAt ?? this.#now()
    this.steps.set(key, { ...step, doing: '', startedAt, ...(step.status === 'cached' ? { endedAt: startedAt } : {}) })
  }

  #change(key: string, part: Partial<StepProgress>): void {
    const step = this.steps.get(key)
    if (step !== undefined) this.steps.set(key, { ...step, ...part })
  }

  /** A step's key begins with that of its phase. */
  #count(key: string, success: boolean): void {
    const phase = this.open.find(({ scope, index }) => key.startsWith(`${scope}${index}:`))
    if (phase === undefined) return
    this.#changePhase(phase, success ? { succeeded: phase.succeeded + 1 } : { failed: phase.failed + 1 })
  }

  #changePhase({ scope, index }: PhasePlace, part: Partial<PhaseProgress>): void {
    const at = this.phases.findIndex((each) => each.index === index && each.scope === scope)
    const phase = this.phases[at]
    if (phase !== undefined) this.phases[at] = { ...phase, ...part }
  }
}

type PhasePlace = Pick<PhaseProgress, 'name' | 'scope' | 'index'>

const placeOfPhase = ({ name, scope, index }: PhasePlace): PhasePlace => ({ name, scope, index })

const reasonIn = ({ reason }: { readonly reason?: string }): Pick<StepProgress, 'reason'> => (reason === undefined ? {} : { reason })

const placeOf = ({
  taskId,
  agent,
}: {
  readonly taskId: string
  readonly agent: string
}): { readonly taskId: string; readonly agent: string } => ({
  taskId,
  agent,
})

function doingOf(event: Envelope['event']): string | undefined {
  switch (event.type) {
    case 'turn_start':
      return 'thinks'
    case 'tool_execution_start':
      return event.name
    case 'subagent_start':
      return `${event.agent}: ${event.description}`
    case 'confirmation_required':
      return `may ${event.toolName}?`
    case 'user_question':
      return `asks: ${event.reason}`
    case 'external_task_pending':
      return `${event.toolName}, done elsewhere`
    default:
      return undefined
  }
}
