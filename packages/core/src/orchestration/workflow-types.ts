/** What is said to a workflow, and what it says: steps with their limits, options, events. */
import type { Host } from '../base/host.ts'
import type { Envelope, WaitingFor } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import type { AnswerKey } from '../model/waiting.ts'
import type { AgentStepSpec, StepBudget, StepOutcome, StepStatus } from '../model/step.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import type { BudgetThreshold } from '../ports/budget-guard.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { WorkflowBudget } from './workflow-budget.ts'

export type StepRetry = {
  /** Tries in all. What a budget refused and what somebody cancelled is not tried again. */
  readonly attempts: number
  /** Milliseconds before the second try; doubles each time. Default: 0. */
  readonly delayMs?: number
}

/** A step with what is done about it here. */
export type WorkflowStep = AgentStepSpec & {
  /** Default: one try. Each is a session of its own. */
  readonly retry?: StepRetry
  /** Milliseconds for each try. Default: no limit. */
  readonly timeoutMs?: number
  /** What each try may use up. */
  readonly budget?: StepBudget
}

/** What is done where an id stood for another question when this root ran before. */
export type OnChanged = 'stop' | 'rerun' | 'reuse'

/** Hears the events of a step, in order. */
export type StepListener = (envelope: Envelope, step: AgentStepSpec) => void

export interface StepOptions {
  readonly signal?: AbortSignal
  readonly onEvent?: StepListener
  readonly host?: Host
}

/**
 * The next step of an item, from the outcome of the one before (`undefined` in the first stage); `undefined` or `null` ends the item's
 * chain. One that throws gives `null` for its item only.
 */
export type PipelineStage<I> = (
  previous: StepOutcome | undefined,
  item: I,
) => WorkflowStep | null | undefined | Promise<WorkflowStep | null | undefined>

/** A stage that threw. */
export type StageError = { readonly item: number; readonly stage: number; readonly error: unknown }

/** Says from the outcomes of a round which steps the next one has; none, or `undefined`, ends the rounds. */
export type NextRound = (
  outcomes: readonly StepOutcome[],
  round: number,
) => readonly WorkflowStep[] | null | undefined | Promise<readonly WorkflowStep[] | null | undefined>

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Which step: `key` is its place in the workflow. */
type StepPlace = { readonly key: string; readonly taskId: string; readonly agent: string }

/** What of a workflow's budget is used up. */
export type WorkflowResource = 'workflow_tokens' | 'workflow_usd' | 'workflow_turns' | 'workflow_tool_calls' | 'workflow_work_ms'

/** Milestones of a workflow; `scope` is the path of the scope, empty for the workflow itself. New ones may come: keep a default branch. */
export type WorkflowEvent =
  | { readonly type: 'phase_start'; readonly scope: string; readonly name: string; readonly index: number; readonly stepCount: number }
  | {
      readonly type: 'phase_end'
      readonly scope: string
      readonly name: string
      readonly index: number
      readonly succeeded: number
      readonly failed: number
    }
  | {
      readonly type: 'log'
      readonly scope: string
      readonly level: LogLevel
      readonly message: string
      readonly fields: JsonObject
    }
  | { readonly type: 'budget_exhausted'; readonly resource: WorkflowResource; readonly reason: string }
  /** Most of the ledger that its budget stands on is gone: told once. */
  | ({ readonly type: 'budget_threshold_hit' } & BudgetThreshold)
  /** The executor is asked. `resumed`: it had been asked before, by somebody who saw no end. */
  | ({ readonly type: 'step_run'; readonly attempt: number; readonly sessionId?: string; readonly resumed: boolean } & StepPlace)
  /** Its result was there already. */
  | ({ readonly type: 'step_cached' } & StepPlace)
  /** Its id stood for another question before. */
  | ({ readonly type: 'step_changed'; readonly action: OnChanged } & StepPlace)
  | ({ readonly type: 'step_suspended'; readonly waitingFor: readonly WaitingFor[] } & StepPlace)
  /** `reason`: what one that failed says. */
  | ({
      readonly type: 'step_end'
      readonly attempt: number
      readonly status: StepStatus
      readonly success: boolean
      readonly reason?: string
    } & StepPlace)

export type WorkflowListener = (event: WorkflowEvent) => void

export interface JournalOptions {
  /** Where what was done is kept. Default: nowhere, and the workflow cannot be resumed. */
  readonly store?: SessionStore
  /** Says whether whoever runs this root lives. Default: none, and an unfinished root may be taken over at once. */
  readonly leases?: LeaseStore
  /** Default: `stop`, which throws `step_changed`. */
  readonly onChanged?: OnChanged
  /** Signs what `answer` is given, as the agents of the steps take only signed answers. Default: answers are sent as they are given. */
  readonly answerKey?: AnswerKey
}

export interface WorkflowOptions extends JournalOptions {
  readonly executor: AgentExecutor
  /** Names the workflow: the same root goes on where it stood. Default: a new one, told by `rootId`. */
  readonly rootId?: string
  readonly budget?: WorkflowBudget
  readonly signal?: AbortSignal
  /** When a step waits for an answer: `stop` throws `workflow_suspended`, to go on when the root runs again; `wait` waits here. Default: `stop`. */
  readonly suspended?: 'stop' | 'wait'
  readonly onEvent?: WorkflowListener
  readonly onStepEvent?: StepListener
  readonly host?: Host
}
