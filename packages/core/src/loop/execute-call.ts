/** The innermost tool call: its turn in the queue, its start in the ledger, then the effect within its time. */
import { AgentError, toMessage } from '../base/errors.ts'
import { present, some } from '../base/present.ts'
import { type ChildSignal, childSignal, onAbort, orAborted } from '../base/signals.ts'
import { type Access, describeAccess } from '../model/access.ts'
import { askedOf } from '../model/asked.ts'
import { canonicalJson, type Json } from '../model/json.ts'
import { failed, type ToolContext, type ToolResult, toToolResult } from '../model/tool.ts'
import type { LoopContext } from './context.ts'
import { unknownOutcome } from './ledger.ts'
import { callStateOf, resultOf, type ToolInvocation, type ToolOutcome } from './middleware.ts'

/** A call that a tool makes. */
export type NestedCall = { readonly name: string; readonly input: Json; readonly signal: AbortSignal }

/** What a call needs beside its invocation. */
export interface CallFrame {
  /** How the tool calls other tools, each until the signal fires. Throws when one of them waits for somebody who is not here. */
  invoke(call: NestedCall): Promise<ToolResult>
  /** Resolves when none of them is under way. */
  idle(): Promise<unknown>
  /** What nested calls wait for. */
  waiting(): Extract<ToolOutcome, { type: 'suspended' }> | undefined
}

/** How long a tool that was told to stop may take to do so, in milliseconds, before it is given up. */
const SETTLE_MS = 2000

/** The identity of a call as a key: the same for every attempt, wherever it is made; another in every branch and every copy of one. */
function idempotencyKey(context: LoopContext, callId: string): string {
  const { run } = context
  const started = callStateOf(context.run, callId)?.start
  return started?.idempotencyKey ?? run.host.digest(`${run.state().branch}\n${run.sessionId}\n${callId}`)
}

export async function executeCall(context: LoopContext, invocation: ToolInvocation, frame: CallFrame): Promise<ToolOutcome> {
  const { tool, call, input, accesses, settled } = invocation
  if (settled) return resultOf(marked(invocation, settled))
  const turn = invocation.turn(accesses)
  if (turn !== undefined) await orAborted(turn, invocation.signal)
  const looked = tool.access(input)
  const touches = looked instanceof Promise ? await orAborted(looked, invocation.signal) : looked
  if (!sameAccesses(touches, accesses)) return resultOf(changed(call.name, accesses, touches))
  let witness: Json | undefined
  try {
    const looking = tool.effect(input) === 'none' ? undefined : tool.witness?.(input)
    witness = looking && (await orAborted(looking, invocation.signal))
  } catch (error) {
    invocation.signal.throwIfAborted()
    return resultOf(failed(`'${call.name}' was not run, since it could not look at what it would change: ${toMessage(error)}`))
  }
  await recordStart(context, invocation, witness)
  context.assertHolding()
  const result = await perform(context, invocation, frame)
  return frame.waiting() ?? resultOf(result)
}

const inWords = (accesses: readonly Access[]): string => accesses.map(describeAccess).join(', ') || 'nothing'

const changed = (name: string, before: readonly Access[], now: readonly Access[]): ToolResult => {
  return failed(
    `What this call of '${name}' would touch changed after it was judged: ${inWords(before)} became ${inWords(now)}. Call it again to have it judged anew.`,
    {
      kind: 'version_conflict',
    },
  )
}

/** Stored, and safe from loss of power, before the effect begins; effects of class `none` need not wait for it. */
async function recordStart(context: LoopContext, invocation: ToolInvocation, witness: Json | undefined): Promise<void> {
  const { callId, call, tool, args, input, accesses, parentCallId, gates } = invocation
  const attempt = (callStateOf(context.run, callId)?.start?.attempt ?? 0) + 1
  const effect = tool.effect(input)
  const stored = context.run.append(
    [
      {
        type: 'tool_execution_start',
        callId,
        id: call.id,
        name: call.name,
        args,
        attempt,
        effect,
        idempotencyKey: idempotencyKey(context, callId),
        accesses,
        ...present({
          witness,
          askedDigest: parentCallId && context.run.host.digest(askedOf(call)),
          gates: some({ ...gates, sandbox: tool.sandbox }),
        }),
      },
    ],
    { sync: effect !== 'none', lazy: effect === 'none' },
  )
  if (effect === 'none') stored.catch(() => {}) // its end is appended behind it and fails with it
  else await stored
}

/** So also the words of a failure, which may be those of the far side. */
const marked = ({ tool, input }: ToolInvocation, result: ToolResult): ToolResult =>
  tool.untrusted?.(input) ? Object.assign(result, { untrusted: true as const }) : result

async function perform(context: LoopContext, invocation: ToolInvocation, frame: CallFrame): Promise<ToolResult> {
  const { tool, input, signal: outer, timeoutMs = 0, call } = invocation
  const { clock } = context.run.host
  const child = childSignal(outer)
  const nested = nestedCalls(call.name, child.signal, frame)
  const stopTimer = timeoutMs > 0 ? clock.timer(timeoutMs, () => child.abort(lateError(call.name, timeoutMs))) : undefined
  try {
    const work = tool.execute(input, toolContext(context, invocation, { signal: child.signal, invoke: nested.invoke }))
    return marked(invocation, toToolResult(await settleOrGiveUp(work, child.signal, clock)))
  } catch (error) {
    if (outer.aborted) throw outer.reason
    if (!child.signal.aborted) return marked(invocation, failed(toMessage(error)))
    const why = `it did not finish within ${timeoutMs} ms`
    return tool.effect(input) === 'none'
      ? failed(`The tool '${call.name}' was stopped: ${why}.`, { kind: 'timeout' })
      : { ...unknownOutcome(call.name, why), errorKind: 'timeout' }
  } finally {
    stopTimer?.()
    await nested.end()
    child.release()
  }
}

/** The calls that one tool makes: none outlives it, and none begins when it has ended. */
function nestedCalls(
  name: string,
  parent: AbortSignal,
  frame: CallFrame,
): { invoke(name: string, input: Json): Promise<ToolResult>; end(): Promise<void> } {
  const ended = (): AgentError => new AgentError('invalid_argument', `The call of '${name}' has ended: it can call no other tool`)
  let scope: ChildSignal | undefined
  let over = false
  return {
    invoke(other, input) {
      if (over || parent.aborted) return Promise.reject(parent.aborted ? (parent.reason as Error) : ended())
      scope ??= childSignal(parent)
      const result = frame.invoke({ name: other, input, signal: scope.signal })
      result.catch(() => {}) // a tool that does not wait for its call is not told either
      return result
    },
    async end() {
      over = true
      if (scope === undefined) return
      // What waits for somebody is run again from its start: the others may finish before.
      if (frame.waiting() === undefined) scope.abort(ended())
      await frame.idle()
      scope.release()
    },
  }
}

const lateError = (name: string, timeoutMs: number): AgentError =>
  new AgentError('timeout', `The tool '${name}' did not finish within ${timeoutMs} ms`)

/** What a tool returns after it was told to stop still counts, if it comes soon; one that does not stop is left behind. */
function settleOrGiveUp(work: Promise<unknown>, signal: AbortSignal, clock: LoopContext['run']['host']['clock']): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let stopTimer: (() => void) | undefined
    const giveUp = (): void => {
      stopTimer = clock.timer(SETTLE_MS, () => reject(signal.reason as Error))
    }
    const release = onAbort(signal, giveUp)
    work.then(resolve, reject).finally(() => {
      stopTimer?.()
      release()
    })
  })
}

function toolContext(
  context: LoopContext,
  { callId, call, permits = () => true }: ToolInvocation,
  { signal, invoke }: Pick<ToolContext, 'signal' | 'invoke'>,
): ToolContext {
  const { run, fence } = context
  return {
    callId,
    idempotencyKey: idempotencyKey(context, callId),
    fence,
    signal,
    progress: (delta) => run.emit({ type: 'tool_output_delta', id: call.id, callId, name: call.name, delta }),
    invoke,
    permits,
    session: { id: run.sessionId, metadata: run.metadata },
  }
}

/** Whether two lists say the same, in the same order. */
const sameAccesses = (a: readonly Access[], b: readonly Access[]): boolean => a === b || canonicalJson(a) === canonicalJson(b)
