/** Many steps through one executor, without a journal: side by side, in chains, in rounds. */
import { AgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { orderedParallel } from '../base/ordered-parallel.ts'
import { type StepOutcome, stepSessionId } from '../model/step.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import { assertSteps } from './check-steps.ts'
import { guardedExecutor } from './guarded-executor.ts'
import { runPipeline } from './run-pipeline.ts'
import { StepRunner } from './step-runner.ts'
import type { NextRound, PipelineStage, StageError, StepOptions, WorkflowStep } from './workflow-types.ts'

/**
 * Runs steps side by side, at most `executor.concurrencyHint` at once, and gives their outcomes in the steps' order. A step that
 * fails, or whose executor throws, is a failed outcome under its own name and stops no other. Rejects with the signal's reason;
 * throws `invalid_argument` for two steps of one id before anything runs.
 */
export async function executeStepsParallel(
  executor: AgentExecutor,
  steps: readonly WorkflowStep[],
  options: StepOptions = {},
): Promise<StepOutcome[]> {
  assertSteps(steps)
  const runner = plainRunner(executor, options, steps.length)
  return orderedParallel(steps, runner.limit, (step) => runner.run(runner.plan(step, step.taskId)))
}

export interface PipelineOptions<I> extends StepOptions {
  readonly stages: readonly PipelineStage<I>[]
  /** Hears of stages that threw. */
  onStageError?(error: StageError): void
}

/**
 * Takes each item through all stages, at most `executor.concurrencyHint` items at once; no item waits for another between stages.
 * A failed step ends its item's chain with that outcome. Items' last outcomes come in the items' order, `null` where the first
 * stage gave no step or a stage threw.
 */
export async function executePipeline<I>(
  executor: AgentExecutor,
  items: readonly I[],
  { stages, onStageError, ...options }: PipelineOptions<I>,
): Promise<(StepOutcome | null)[]> {
  const runner = plainRunner(executor, options, items?.length ?? 0)
  const taken = new Set<string>()
  return runPipeline(items, {
    stages,
    limit: runner.limit,
    signal: options.signal ?? neverAborted(),
    run: (step) => runner.run(runner.plan(step, step.taskId)),
    take: (taskId) => taken.size < taken.add(taskId).size,
    ...(onStageError === undefined ? {} : { onStageError }),
  })
}

export interface LoopOptions extends StepOptions {
  /** Called after every round, the last one included. */
  readonly next: NextRound
  /** The loop ends after so many rounds, whatever `next` says. At least 1. */
  readonly maxRounds: number
}

/** Rounds of steps, each a barrier. Gives the outcomes of the last round; none when there are no initial steps. */
export async function executeLoop(
  executor: AgentExecutor,
  initial: readonly WorkflowStep[],
  { next, maxRounds, ...options }: LoopOptions,
): Promise<StepOutcome[]> {
  return runRounds(initial, { next, maxRounds, round: (steps, index) => executeStepsParallel(executor, ofRound(steps, index), options) })
}

/** The same id in another round is other work, so it is done in another session. */
function ofRound(steps: readonly WorkflowStep[], round: number): readonly WorkflowStep[] {
  if (round === 0) return steps
  assertSteps(steps)
  return steps.map((step) => ({ ...step, sessionId: step.sessionId ?? `${stepSessionId(step.taskId)}.round-${round}` }))
}

export interface RoundsParts {
  readonly next: NextRound
  readonly maxRounds: number
  round(steps: readonly WorkflowStep[], index: number): Promise<StepOutcome[]>
}

export async function runRounds(initial: readonly WorkflowStep[], { next, maxRounds, round }: RoundsParts): Promise<StepOutcome[]> {
  if (typeof maxRounds !== 'number' || Number.isNaN(maxRounds))
    throw new AgentError('invalid_argument', `maxRounds is ${String(maxRounds)}, not a number: say after how many rounds the loop ends`)
  if (typeof next !== 'function') throw new AgentError('invalid_argument', 'Rounds need a function that says what the next one is')
  const most = Math.max(1, maxRounds)
  let steps: readonly WorkflowStep[] | null | undefined = initial
  let outcomes: StepOutcome[] = []
  for (let index = 0; index < most && steps && steps.length > 0; index++) {
    outcomes = await round(steps, index)
    steps = await next(outcomes, index)
  }
  return outcomes
}

function plainRunner(executor: AgentExecutor, { signal = neverAborted(), onEvent, host }: StepOptions, pending: number): StepRunner {
  const parts = {
    executor: guardedExecutor(executor),
    host: host ?? systemHost(),
    rootId: '',
    onStepEvent: onEvent,
    budget: undefined,
    log: undefined,
    onChanged: 'stop',
    emit: undefined,
    used: undefined,
    answered: undefined,
    hasEnded: undefined,
  } as const
  return new StepRunner(parts, { signal, toSteps: signal, pending })
}

const neverAborted = (): AbortSignal => new AbortController().signal
