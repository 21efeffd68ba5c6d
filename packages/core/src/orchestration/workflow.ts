/** `Workflow`: steps arranged by code, with milestones, a budget, and a journal from which all of it goes on. */
import { AgentError, toMessage } from '../base/errors.ts'
import { orderedParallel } from '../base/ordered-parallel.ts'
import type { AnswerDecision } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import { failedStep, type StepOutcome } from '../model/step.ts'
import { assertSteps } from './check-steps.ts'
import { runRounds } from './combinators.ts'
import { runPipeline } from './run-pipeline.ts'
import type { BudgetSnapshot } from './workflow-budget.ts'
import { WorkflowRoot } from './workflow-root.ts'
import type {
  LogLevel,
  NextRound,
  PipelineStage,
  WorkflowListener,
  WorkflowOptions,
  WorkflowResource,
  WorkflowStep,
} from './workflow-types.ts'

export type CallOptions = {
  /** Stops this call only, and cancels its steps. The workflow's own signal is heard without it: given here, it would cancel them too. */
  readonly signal?: AbortSignal
}

/**
 * With a store every verb is resumed: a step whose result is there is not run again, and one that was cut off goes on in its own
 * session. What decides is the step's id, within its phase, round or scope, and what it asks: a body that runs again must ask the
 * same under the same ids. Verbs reject with the signal's reason, with what the store threw, with `step_changed`,
 * `workflow_held`, `workflow_lost` and `workflow_suspended`; a failed step is an outcome.
 */
export class Workflow {
  readonly #root: WorkflowRoot
  readonly #path: string
  readonly #taken = new Set<string>()
  readonly #scopes = new Set<string>()
  #phases = 0
  #rounds = 0

  constructor(options: WorkflowOptions | WorkflowRoot, path: string = '') {
    this.#root = options instanceof WorkflowRoot ? options : new WorkflowRoot(options)
    this.#path = path
  }

  get rootId(): string {
    return this.#root.rootId
  }

  /** Fires when the workflow stops: pass it to what else you wait for. Its own calls hear it already. */
  get signal(): AbortSignal {
    return this.#root.signal
  }

  /** One step. */
  async agent(step: WorkflowStep, options?: CallOptions): Promise<StepOutcome> {
    const [outcome] = await this.parallel([step], options)
    return outcome ?? failedStep(step, 'The step produced no outcome')
  }

  /** Steps side by side; outcomes in the steps' order. */
  async parallel(steps: readonly WorkflowStep[], options?: CallOptions): Promise<StepOutcome[]> {
    assertSteps(steps)
    const known = steps.find(({ taskId }) => this.#taken.has(taskId))
    if (known !== undefined) throw this.#takenError(known.taskId)
    for (const { taskId } of steps) this.#taken.add(taskId)
    return this.#barrier('', steps, options)
  }

  /** Steps side by side as a milestone: numbered, named, and with ids of its own. */
  async phase(name: string, steps: readonly WorkflowStep[], options?: CallOptions): Promise<StepOutcome[]> {
    assertSteps(steps)
    const root = this.#root
    const index = this.#phases++
    const place = { scope: this.#path, name, index }
    root.emit({ type: 'phase_start', ...place, stepCount: steps.length })
    const outcomes = await this.#barrier(`${index}:${escapePart(name)}/`, steps, options)
    const succeeded = outcomes.filter(({ success }) => success).length
    root.emit({ type: 'phase_end', ...place, succeeded, failed: outcomes.length - succeeded })
    if (root.budget?.isExhausted()) root.emit({ type: 'budget_exhausted', ...exhaustion(root.budget.snapshot()) })
    return outcomes
  }

  /** Each item through all stages, no item waiting for another; a failed step ends its item's chain. */
  async pipeline<I>(items: readonly I[], stages: readonly PipelineStage<I>[], options?: CallOptions): Promise<(StepOutcome | null)[]> {
    const runner = await this.#root.runner(items?.length ?? 0, options?.signal)
    const outcomes = await runPipeline(items, {
      stages,
      limit: runner.limit,
      signal: runner.signal,
      run: (step) => runner.run(runner.plan(step, this.#key('', step))),
      take: (taskId) => this.#taken.size < this.#taken.add(taskId).size,
      onStageError: ({ item, stage, error }) =>
        this.log('error', `Stage ${stage} of item ${item} threw: ${toMessage(error)}`, { item, stage }),
    })
    return this.#root.settled(outcomes)
  }

  /** Rounds of steps, each a barrier with ids of its own; `next` is called after every one. Gives the last round's outcomes. */
  async rounds(
    initial: readonly WorkflowStep[],
    next: NextRound,
    { maxRounds, ...options }: CallOptions & { readonly maxRounds: number },
  ): Promise<StepOutcome[]> {
    const unit = `rounds:${this.#rounds++}`
    return runRounds(initial, {
      next,
      maxRounds,
      round: async (steps, index) => {
        assertSteps(steps)
        return this.#barrier(`${unit}/${index}/`, steps, options)
      },
    })
  }

  /** Says something to whoever listens. Throws `invalid_argument` without a level. */
  log(level: LogLevel, message: string, fields: JsonObject = {}): void {
    if (typeof message !== 'string')
      throw new AgentError('invalid_argument', `workflow.log takes a level and a text: workflow.log('info', ${JSON.stringify(level)})`)
    this.#root.emit({ type: 'log', scope: this.#path, level, message, fields })
  }

  /** A part with ids and numbers of its own, so that parts that run at once do not number each other. Each name is given once. */
  scope(name: string): Workflow {
    if (this.#scopes.has(name))
      throw new AgentError(
        'invalid_argument',
        `There is a scope '${name}' already: its numbers would depend on who is faster, so give each its own name`,
      )
    this.#scopes.add(name)
    return new Workflow(this.#root, `${this.#path}${escapePart(name).replaceAll(':', '%3A')}/`)
  }

  /** Calls back at once, in order, for every event. A listener that throws stops the call whose event it is. Returns the way to stop it. */
  subscribe(listener: WorkflowListener): () => void {
    return this.#root.subscribe(listener)
  }

  budgetSnapshot(): BudgetSnapshot | undefined {
    return this.#root.budget?.snapshot()
  }

  /** Answers what a step waits for here (`suspended: 'wait'`), and wakes it. Throws `request_not_found`. */
  answer(requestId: string, answer: AnswerDecision): Promise<void> {
    return this.#root.answer(requestId, answer)
  }

  /**
   * Stops what is under way and lets go of the root: then it may be run again at once, here or elsewhere. With a store steps are left
   * where they stand and go on then; only the signal of a call cancels them.
   */
  close(): Promise<void> {
    return this.#root.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #barrier(unit: string, steps: readonly WorkflowStep[], { signal }: CallOptions = {}): Promise<StepOutcome[]> {
    const runner = await this.#root.runner(steps.length, signal)
    // All are planned before any is run: a changed step stops the call before its siblings do anything.
    const planned = steps.map((step) => runner.plan(step, this.#key(unit, step)))
    return this.#root.settled(await orderedParallel(planned, runner.limit, (each) => runner.run(each)))
  }

  #key(unit: string, { taskId }: WorkflowStep): string {
    return `${this.#path}${unit}${escapePart(taskId)}`
  }

  #takenError(taskId: string): AgentError {
    return new AgentError(
      'invalid_argument',
      `Step id '${taskId}' was used before in this workflow: give each step its own id, or put them into phases, rounds or scopes, which have ids of their own`,
    )
  }
}

/** A name as one part of a key. */
function escapePart(name: string): string {
  if (typeof name !== 'string') throw new AgentError('invalid_argument', `A phase and a scope need a name, a text; this is ${String(name)}`)
  return name.replaceAll('%', '%25').replaceAll('/', '%2F')
}

type Exhaustion = { readonly resource: WorkflowResource; readonly reason: string }

/** The first of these limits that was reached. */
function exhaustion(snapshot: BudgetSnapshot): Exhaustion {
  const { consumedTokens, limitTokens, consumedUsd = 0, limitUsd = Infinity } = snapshot
  const { consumedTurns = 0, limitTurns = Infinity, consumedToolCalls = 0, limitToolCalls = Infinity } = snapshot
  const { consumedWorkMs = 0, limitWorkMs = Infinity } = snapshot
  if (consumedUsd >= limitUsd) return { resource: 'workflow_usd', reason: `$${consumedUsd.toFixed(4)} of $${limitUsd} are used` }
  if (consumedTurns >= limitTurns) return { resource: 'workflow_turns', reason: `${consumedTurns} of ${limitTurns} turns are used` }
  if (consumedToolCalls >= limitToolCalls)
    return { resource: 'workflow_tool_calls', reason: `${consumedToolCalls} of ${limitToolCalls} tool calls are used` }
  if (consumedWorkMs >= limitWorkMs)
    return { resource: 'workflow_work_ms', reason: `${Math.round(consumedWorkMs)} of ${limitWorkMs} ms of work are used` }
  const reason =
    limitTokens === undefined
      ? `the budget around it is used up; this workflow used ${consumedTokens} tokens`
      : `${consumedTokens} of ${limitTokens} tokens are used`
  return { resource: 'workflow_tokens', reason }
}
