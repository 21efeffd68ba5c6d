/** The spine: look at what the facts have come to, do the next thing, again. It starts from wherever they stand. */
import { AgentError } from '../base/errors.ts'
import type { WaitingFor } from '../model/event.ts'
import type { Json } from '../model/json.ts'
import { promptMessage, textOf, type TextBlock, type ImageBlock } from '../model/message.ts'
import { openRun, waitingOf } from '../model/session-state.ts'
import type { LoopContext } from './context.ts'
import type { TurnReport, Verdict } from './middleware.ts'
import { currentRun, modelStep } from './model-step.ts'
import type { ComposedStages } from './stages.ts'
import { ToolStep } from './tool-step.ts'

/** How a segment of a run ends when it does not fail. */
export type SegmentEnd =
  | { readonly type: 'completed'; readonly text: string; readonly reason: string; readonly output?: Json }
  | { readonly type: 'suspended'; readonly waitingFor: readonly WaitingFor[] }

/** Run until there is nothing to do: the run is complete, or waits. Throws what ends it otherwise. */
export async function runSpine(context: LoopContext): Promise<SegmentEnd> {
  const tools = new ToolStep(context)
  const { stages } = tools
  for (;;) {
    context.run.signal.throwIfAborted()
    await context.drainInbox()
    context.run.signal.throwIfAborted()
    context.assertHolding() // what could not be said did not happen: going on from there would do it again
    const end = await step(context, stages, tools)
    if (end !== undefined) return end
  }
}

async function step(context: LoopContext, stages: ComposedStages, tools: ToolStep): Promise<SegmentEnd | undefined> {
  const run = currentRun(context)
  switch (run.phase) {
    case 'preparing':
      return prepare(context, stages)
    case 'asking':
      await modelStep(context, stages, run.system)
      return undefined
    case 'acting':
      return act(context, tools)
    case 'deciding':
      return decide(context, stages)
    case 'ended':
      throw new AgentError('internal', `Run ${run.id} has ended: there is nothing to go on with`)
  }
}

/** Once per run: its outcome is a fact, so that a resumed run goes on with what it began with. */
async function prepare(context: LoopContext, stages: ComposedStages): Promise<undefined> {
  const { prompt } = currentRun(context)
  const draft = await stages.prepareRun({ system: context.instructions, prompt, tools: context.tools })
  context.run
    .append(
      [
        {
          type: 'run_prepared',
          system: draft.system,
          ...(draft.prompt === prompt ? {} : { prompt: promptMessage(draft.prompt).content as Blocks }),
        },
      ],
      { lazy: true },
    )
    .catch(() => {}) // stored with the first turn's start, which is awaited
}

type Blocks = readonly (TextBlock | ImageBlock)[]

async function act(context: LoopContext, tools: ToolStep): Promise<SegmentEnd | undefined> {
  const waitingFor = await tools.runBatch()
  if (waitingFor.length === 0) return undefined
  await context.drainInbox()
  const open = new Set(waitingOf(openRun(context.run.state())).map(({ requestId }) => requestId))
  // An answer that came in the meantime lets its call go on at once.
  return waitingFor.every(({ requestId }) => open.has(requestId)) ? { type: 'suspended', waitingFor } : undefined
}

async function decide(context: LoopContext, stages: ComposedStages): Promise<SegmentEnd | undefined> {
  const { run } = context
  const { reply, batch, turn, steered } = currentRun(context)
  if (reply === undefined) throw new AgentError('internal', 'There is nothing to decide: the model has not spoken')
  const history = run.state().history
  const report: TurnReport = {
    turn,
    reply: reply.message,
    calls: batch?.calls ?? [],
    stopReason: reply.stopReason,
    get messages() {
      return history.toArray()
    },
  }
  const opinion = await stages.decideNext(report)
  const verdict: Verdict = opinion?.verdict ?? byDefault(report, steered)
  switch (verdict.type) {
    case 'stop':
      return { ...verdict, type: 'completed', text: verdict.text ?? textOf(reply.message) }
    case 'fail':
      throw verdict.error
    case 'suspend':
      return { ...verdict, type: 'suspended' }
    case 'continue': {
      const messages = verdict.inject ?? []
      const facts = messages.map((message) => ({ type: 'message_injected' as const, message, source: opinion?.by ?? 'default' }))
      if (facts.length > 0) run.append(facts, { lazy: true }).catch(() => {}) // stored with the next turn's start
      await modelStep(context, stages, currentRun(context).system)
      return undefined
    }
  }
}

/** Go on while the model has something to read. */
const byDefault = ({ calls, stopReason }: TurnReport, steered: boolean): Verdict =>
  calls.length > 0 || steered || stopReason === 'pause' ? { type: 'continue' } : { type: 'stop', reason: stopReason }
