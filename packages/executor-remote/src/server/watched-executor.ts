/** An executor held to its contract, of which is known when the work of a step has really stopped: that may be after its outcome. */
import { guardedExecutor, type AgentExecutor, type AgentStepSpec, type ExecuteOptions, type StepOutcome } from '@seamfold/core/kit'

export class WatchedExecutor {
  readonly #works = new Map<AgentStepSpec, Promise<StepOutcome>>()
  readonly #guarded: AgentExecutor

  /** Throws `contract_violation` when this is not an executor. */
  constructor(executor: AgentExecutor) {
    this.#guarded = guardedExecutor({
      contract: 1,
      executeStep: (spec, options) => {
        const work = executor.executeStep(spec, options)
        this.#works.set(spec, work)
        return work
      },
    })
  }

  /** Each step comes with a spec of its own, by which its work is known. */
  executeStep(spec: AgentStepSpec, options: ExecuteOptions): Promise<StepOutcome> {
    return this.#guarded.executeStep(spec, options)
  }

  /** Resolves when nothing of the step goes on any more. Never rejects. */
  async stopped(spec: AgentStepSpec): Promise<void> {
    const work = this.#works.get(spec)
    this.#works.delete(spec)
    await work?.catch(() => {})
  }
}
