/** Takes each item through its stages on its own, without waiting for the others between them. */
import { AgentError } from '../base/errors.ts'
import { orderedParallel } from '../base/ordered-parallel.ts'
import { failedStep, type StepOutcome } from '../model/step.ts'
import { stepProblem } from './check-steps.ts'
import type { PipelineStage, StageError, WorkflowStep } from './workflow-types.ts'

export interface PipelineParts<I> {
  readonly stages: readonly PipelineStage<I>[]
  /** Items at work at once: a place stays with its item until its chain ends. */
  readonly limit: number
  readonly signal: AbortSignal
  /** Throws what stops the whole pipeline. */
  run(step: WorkflowStep): Promise<StepOutcome>
  /** The id was not given before. */
  take(taskId: string): boolean
  onStageError?(error: StageError): void
}

/** The last outcome of each item, in the items' order; `null` for one whose first stage gave nothing or whose stage threw. */
export async function runPipeline<I>(items: readonly I[], parts: PipelineParts<I>): Promise<(StepOutcome | null)[]> {
  if (!Array.isArray(items) || !Array.isArray(parts.stages) || parts.stages.some((stage) => typeof stage !== 'function'))
    throw new AgentError('invalid_argument', 'A pipeline takes a list of items, and a list of stages that are functions')
  const stopped: { by?: { readonly error: unknown } } = {}
  return orderedParallel(items, parts.limit, async (item, index) => {
    try {
      return await runChain(item, { ...parts, index, stopped })
    } catch (error) {
      stopped.by ??= { error }
      throw stopped.by.error
    }
  })
}

type Chain<I> = PipelineParts<I> & { readonly index: number; readonly stopped: { readonly by?: { readonly error: unknown } } }

async function runChain<I>(item: I, { stages, index, stopped, ...parts }: Chain<I>): Promise<StepOutcome | null> {
  let last: StepOutcome | undefined
  for (const [number, stage] of stages.entries()) {
    parts.signal.throwIfAborted()
    if (stopped.by) throw stopped.by.error
    let step: WorkflowStep | null | undefined
    try {
      step = await stage(last, item)
    } catch (error) {
      parts.onStageError?.({ item: index, stage: number, error })
      return null
    }
    if (step === undefined || step === null) break
    const problem = stepProblem(step)
    if (problem !== undefined) return { ...failedStep(step, problem), code: 'invalid_argument' }
    if (!parts.take(step.taskId)) return failedStep(step, `Another step has the id '${step.taskId}' already, so this one was not run`)
    last = await parts.run(step)
    if (!last.success) break
  }
  return last ?? null
}
