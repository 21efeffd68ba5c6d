/** Ask the model once: prepare the turn, count the attempt, show what streams, and say what it finally said. */
import { present } from '../base/present.ts'
import type { Fact } from '../model/event.ts'
import { type Message, toolCallsOf } from '../model/message.ts'
import type { RunState } from '../model/session-state.ts'
import { costOf } from '../model/usage.ts'
import type { LlmDone } from '../ports/llm-client.ts'
import type { LoopContext } from './context.ts'
import { guardedStream } from './guarded-llm.ts'
import type { ModelCall, ModelStream, TurnDraft } from './middleware.ts'
import type { ComposedStages } from './stages.ts'

/** The innermost model call: an attempt is stored before it is made. */
export async function* attemptModelCall(context: LoopContext, call: ModelCall): ModelStream {
  const { run, llm } = context
  const attempt = currentRun(context).turn === call.turn ? currentRun(context).attempt + 1 : 1
  const { reservation, note: request } = call
  context.beginTurn(call.turn, attempt)
  await run.append([{ type: 'turn_start', turn: call.turn, attempt, ...present({ reservation, request }) }], {
    sync: reservation !== undefined,
  })
  yield* guardedStream(llm, call.request, { signal: call.signal })
}

/** One turn up to its `turn_end`, which is on its way to the store when this returns. */
export async function modelStep(context: LoopContext, stages: ComposedStages, system: string): Promise<void> {
  const { run, llm, requests } = context
  const { turn, messages, tools, ...rest } = await prepare(context, stages, system)
  const call: ModelCall = {
    turn,
    signal: run.signal,
    request: {
      ...rest,
      messages: requests.messagesFor(messages, llm.model),
      tools: requests.definitionsOf(tools),
      cacheKey: run.sessionId,
    },
  }
  const done = await consume(context, stages.callModel(call))
  // Not awaited: it is stored together with the start of the first tool call, or with the end of the run, and both are awaited.
  run.append([turnEnd(context, done)], { lazy: true }).catch(() => {})
}

async function prepare(context: LoopContext, stages: ComposedStages, system: string): Promise<TurnDraft> {
  const { run, tools } = context
  const store = (by: string, edits: Extract<Fact, { type: 'history_edited' }>['edits']): readonly Message[] => {
    run.append([{ type: 'history_edited', by, edits }], { lazy: true }).catch(() => {}) // stored with the turn's start, which is awaited
    return run.state().history.toArray()
  }
  const messages = await stages.prepareHistory(run.state().history.toArray(), store)
  const { turn, inFlight } = currentRun(context)
  return stages.prepareTurn({ turn: inFlight ? turn : turn + 1, system, messages, tools })
}

async function consume(context: LoopContext, stream: ModelStream): Promise<LlmDone> {
  let done: LlmDone | undefined
  for await (const batch of stream) {
    const last = batch.at(-1)
    if (last?.type === 'done') done = last
    context.publishDeltas(batch)
  }
  if (done === undefined) throw new Error('a middleware swallowed the end of the model stream')
  return done
}

function turnEnd(context: LoopContext, { message, usage, stopReason, meta }: LlmDone): Fact {
  const { turn, attempt } = currentRun(context)
  const { price } = context.llm.model
  return {
    type: 'turn_end',
    turn,
    attempt,
    message: withUniqueIds(message, context),
    usage,
    stopReason,
    ...present({ cost: price && costOf(usage, price), meta: meta && { ...meta } }),
  }
}

/** A provider's call ids are kept where they can be told apart, and replaced where they are empty or came before. */
function withUniqueIds(message: Message, context: LoopContext): Message {
  const calls = toolCallsOf(message)
  if (calls.length === 0) return message
  const { usedCallIds } = context
  const ids = calls.map(({ id }) => id)
  const good = ids.every((id, index) => /^[a-zA-Z0-9_-]{1,64}$/.test(id) && !usedCallIds.has(id) && ids.indexOf(id) === index)
  for (const id of ids) usedCallIds.add(id)
  if (good) return message
  const offset = context.nextOffset()
  let ordinal = 0
  return {
    ...message,
    content: message.content.map((block) => (block.type === 'tool_use' ? { ...block, id: `call_${offset}_${ordinal++}` } : block)),
  }
}

export function currentRun({ run }: Pick<LoopContext, 'run'>): RunState {
  const state = run.state().run
  if (state === undefined) throw new Error('the spine was started without a run')
  return state
}
