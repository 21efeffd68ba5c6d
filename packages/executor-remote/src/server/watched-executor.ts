/** An executor held to its contract, of which is known when the work of a step has really stopped: that may be after its outcome. */
import { guardedExecutor, type AgentExecutor, type AgentStepSpec, type ExecuteOptions, type StepOutcome } from '@seamfold/core/kit'

export class WatchedExecutor {
  readonly #guarded: AgentExecutor
  /** Of the step that was asked for last. */
  #work: Promise<StepOutcome> | undefined

  /** Throws `contract_violation` when this is not an executor. */
  constructor(executor: AgentExecutor) {
    this.#guarded = guardedExecutor({
      contract: 1,
      executeStep: (spec, options) => (this.#work = executor.executeStep(spec, options)),
    })
  }

  /** Tells the outcome, unless the signal fires first, and resolves when nothing of the step goes on any more. Never rejects. */
  async run(spec: AgentStepSpec, options: ExecuteOptions, settled: (outcome: StepOutcome) => void): Promise<void> {
    this.#work = undefined
    const outcome = this.#guarded.executeStep(spec, options)
    const work = this.#work as Promise<StepOutcome> | undefined // the executor was asked before the guard gave its promise
    await outcome.then(settled, () => {}) // who let the signal fire has forgotten the step
    // An executor that is not typed may have given something that is no promise.
    await Promise.resolve(work).catch(() => {})
  }
}
