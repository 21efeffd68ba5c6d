/** One reply's tool calls: every call, nested ones too, goes through the one gate, and has one result or waits. */
import { AgentError } from '../base/errors.ts'
import { present } from '../base/present.ts'
import { childSignal } from '../base/signals.ts'
import type { WaitingFor } from '../model/event.ts'
import { askedOf } from '../model/asked.ts'
import type { Json } from '../model/json.ts'
import type { ToolUseBlock } from '../model/message.ts'
import { type CallState, openCalls } from '../model/session-state.ts'
import { failed, type Tool, type ToolResult } from '../model/tool.ts'
import { type EndedCall, toolEnd } from '../model/tool-end.ts'
import { AccessQueue, type Ticket } from './access-queue.ts'
import { type Admitted, admit, malformed, type Refused, unknownTool } from './admission.ts'
import type { LoopContext } from './context.ts'
import { type CallFrame, executeCall, type NestedCall } from './execute-call.ts'
import { notStarted, recover, STARTER_GONE, unknownOutcome } from './ledger.ts'
import { callStateOf, requestOf, resultOf, type ToolInvocation, type ToolOutcome } from './middleware.ts'
import { attemptModelCall, currentRun } from './model-step.ts'
import { type ComposedStages, composeStages } from './stages.ts'

/** A call on its way: who made it, and with what. */
type Entry = {
  readonly callId: string
  readonly call: ToolUseBlock
  readonly signal: AbortSignal
  readonly parent: Entry | undefined
  readonly ticket: Ticket
  readonly args: Json
  readonly fixed: boolean
  readonly admission: Admitted | Refused
  /** The calls that this one has made: their order is their identity. */
  readonly nested: { ordinal: number; waiting: WaitingFor[]; readonly open: Set<Promise<unknown>> }
}

export class ToolStep {
  readonly #context: LoopContext
  readonly #frames = new Map<string, CallFrame>()
  readonly #queue: AccessQueue
  readonly stages: ComposedStages
  /** Fires when the batch under way can no longer be finished. */
  #scope: AbortSignal | undefined

  constructor(context: LoopContext) {
    this.#context = context
    this.#queue = new AccessQueue(context.maxParallelTools)
    this.stages = composeStages(context.stages, {
      callModel: (call) => attemptModelCall(context, call),
      callTool: (invocation) => this.#execute(invocation),
    })
  }

  #execute(invocation: ToolInvocation): Promise<ToolOutcome> {
    const frame = this.#frames.get(invocation.callId)
    if (frame === undefined) throw new AgentError('internal', `Call ${invocation.callId} did not pass the gate`)
    return executeCall(this.#context, invocation, frame)
  }

  /** Run every call of the batch that has no result. Resolves when none runs any more; says what is waited for. */
  async runBatch(): Promise<readonly WaitingFor[]> {
    const scope = childSignal(this.#context.run.signal)
    this.#scope = scope.signal
    const entries: Entry[] = []
    for (const { callId, call } of openCalls(currentRun(this.#context).batch))
      entries.push(await this.#enter({ callId, call, signal: scope.signal, parent: undefined }))
    const work = entries.map((entry) => this.#pass(entry))
    for (const each of work) each.catch((error: unknown) => scope.abort(error)) // one that cannot go on stops the others
    await Promise.allSettled(work)
    scope.release()
    return (await Promise.all(work)).flatMap((outcome) => (outcome.type === 'suspended' ? outcome.waitingFor : []))
  }

  /** Find out what a call would touch, and take its place in the queue. */
  async #enter(made: Pick<Entry, 'callId' | 'call' | 'signal' | 'parent'>): Promise<Entry> {
    const { callId, call, signal, parent } = made
    const tool = this.#context.tools.find(({ definition }) => definition.name === call.name)
    const { args, fixed } = argsOf(this.#context, callId, call)
    const admission = await this.#admission(call, tool, { args, fixed, signal })
    const ticket = this.#queue.enter(admission.ok ? admission.accesses : [], parent?.ticket)
    return { ...made, ticket, args, fixed, admission, nested: { ordinal: 0, waiting: [], open: new Set() } }
  }

  async #admission(
    call: ToolUseBlock,
    tool: Tool | undefined,
    { args, fixed, signal }: { readonly args: Json; readonly fixed: boolean; readonly signal: AbortSignal },
  ): Promise<Admitted | Refused> {
    if (tool === undefined) return { ok: false, result: unknownTool(call.name, this.#context.tools) }
    if (call.invalidInput !== undefined && !fixed) return { ok: false, result: malformed(call) }
    return admit(tool, args, signal)
  }

  /** The gate: nothing runs but through here, and nothing comes out but one result or a wait. */
  async #pass(entry: Entry): Promise<ToolOutcome> {
    const { callId, signal, ticket } = entry
    try {
      signal.throwIfAborted()
      this.#frames.set(callId, this.#frame(entry))
      const outcome = await this.#judged(entry)
      if (outcome.type === 'result') this.#end(entry, outcome.result)
      return outcome
    } finally {
      this.#frames.delete(callId)
      ticket.release()
    }
  }

  /** What was begun by somebody who is gone is looked at first; when it is refused then, nobody knows what it did before. */
  async #judged(entry: Entry): Promise<ToolOutcome> {
    const { callId, signal, admission } = entry
    const begun = (): CallState['start'] => callStateOf(this.#context.run, callId)?.start
    const start = begun()
    if (start !== undefined && admission.ok) {
      const { tool, input } = admission
      const starterMayLive = this.#context.run.state().claim?.afterExpiry === true
      const recovery = await recover(tool, start, { input, signal, starterMayLive })
      if (recovery.type === 'settled') return this.#gated(entry, recovery.result)
    }
    const outcome = await this.#gated(entry)
    if (!mayHaveActed(start) || start !== begun() || outcome.type !== 'result') return outcome
    return resultOf(unknownOutcome(start.name, `${STARTER_GONE}, and now it was refused (${JSON.stringify(outcome.result.content)})`))
  }

  async #gated({ callId, call, signal, parent, ticket, args, fixed, admission }: Entry, settled?: ToolResult): Promise<ToolOutcome> {
    if (!admission.ok) return resultOf(admission.result)
    const { tool, input, accesses } = admission
    const parentCallId = parent?.callId
    return this.stages.callTool({
      callId,
      call,
      tool,
      args,
      input,
      accesses,
      fixed,
      signal,
      parentCallId,
      turn: ticket.acquire,
      ...present({ settled }),
    })
  }

  #end({ callId, call, parent }: Entry, result: ToolResult): void {
    this.#say({ callId, id: call.id, name: call.name, ...(parent && { argsDigest: this.#argsDigest(call) }) }, result)
  }

  /** Not awaited: it is stored with or before the next turn's start, and that is. */
  #say(call: EndedCall, result: ToolResult): void {
    this.#context.run.append([toolEnd(call, result)], { lazy: true }).catch(() => {})
  }

  #argsDigest(call: ToolUseBlock): string {
    return this.#context.run.host.digest(askedOf(call))
  }

  #frame(entry: Entry): CallFrame {
    const { waiting, open } = entry.nested
    return {
      waiting: () => (waiting.length > 0 ? { type: 'suspended', waitingFor: waiting } : undefined),
      invoke: (call) => {
        const result = this.#invoke(entry, call)
        const settled: Promise<unknown> = result.then(ignore, ignore).then(() => open.delete(settled))
        open.add(settled)
        return result
      },
      idle: () => Promise.all(open),
    }
  }

  async #invoke(outer: Entry, { name, input, signal }: NestedCall): Promise<ToolResult> {
    const callId = `${outer.callId}/${outer.nested.ordinal++}`
    const call: ToolUseBlock = { type: 'tool_use', id: callId, name, input }
    const earlier = callStateOf(this.#context.run, callId)
    // One that was settled in an earlier attempt is not repeated, if it is the same call.
    if (earlier?.result !== undefined) return earlier.argsDigest === this.#argsDigest(call) ? earlier.result : changedCall(call)
    if (this.#isAnother(call, earlier)) return this.#inItsPlace(call, earlier?.start)
    const entry = await this.#enter({ callId, call, signal, parent: outer })
    const outcome = await this.#pass(entry).catch((error: unknown) => {
      // When the whole batch is stopped, its end says what became of each call; else that is said here.
      if (signal.aborted && this.#scope?.aborted !== true) this.#end(entry, this.#stopped(entry, outer))
      throw error
    })
    if (outcome.type === 'result') return outcome.result
    if (!mayWait(outer)) return this.#refuseWaiting(entry, outer)
    outer.nested.waiting.push(...outcome.waitingFor)
    throw new AgentError('unsupported', `The call of '${name}' waits for an answer: '${outer.call.name}' is run again when it has come`)
  }

  /** A nested call whose outer one was stopped, or did not wait for it. */
  #stopped({ callId, call }: Entry, outer: Entry): ToolResult {
    const why = `the call of '${outer.call.name}' that made it ended before it did`
    return mayHaveActed(callStateOf(this.#context.run, callId)?.start) ? unknownOutcome(call.name, why) : notStarted(why)
  }

  /** In an earlier attempt another call was begun here, or a person was asked about another one. */
  #isAnother(call: ToolUseBlock, earlier: CallState | undefined): boolean {
    const request = requestOf(this.#context.run, call.id)
    const before = earlier?.start ?? (request && { name: request.request.toolName, askedDigest: request.askedDigest })
    if (before === undefined) return false
    return before.name !== call.name || (before.askedDigest !== undefined && before.askedDigest !== this.#argsDigest(call))
  }

  /** The call that was begun here gets its end, and the one that is made now does not run: what was approved of one is not for another. */
  #inItsPlace(call: ToolUseBlock, start: CallState['start']): ToolResult {
    const why = `the call that made it makes another one in its place now (${call.name})`
    const result = mayHaveActed(start) ? unknownOutcome(start.name, why) : changedCall(call)
    this.#say({ callId: call.id, id: call.id, name: start?.name ?? call.name, argsDigest: this.#argsDigest(call) }, result)
    return result
  }

  #refuseWaiting(entry: Entry, outer: Entry): ToolResult {
    const result = failed(
      `'${entry.call.name}' needs an approval that nobody here can give, and '${outer.call.name}' cannot wait for one: only one with effect 'composite' can.`,
      { kind: 'permission_denied' },
    )
    this.#end(entry, result)
    return result
  }
}

const mayHaveActed = (start: CallState['start']): start is NonNullable<typeof start> => start !== undefined && start.effect !== 'none'

/** A call that made the waiting one is run again from its start when the answer has come: all the way up, that must be harmless. */
const mayWait = (entry: Entry): boolean =>
  entry.admission.ok &&
  ['composite', 'none'].includes(entry.admission.tool.effect(entry.admission.input)) &&
  (entry.parent === undefined || mayWait(entry.parent))

/** The arguments to run with: those of an earlier attempt, those that a person was shown or wrote, or the model's. */
function argsOf(context: LoopContext, callId: string, call: ToolUseBlock): { readonly args: Json; readonly fixed: boolean } {
  const start = callStateOf(context.run, callId)?.start
  if (start !== undefined) return { args: start.args, fixed: true }
  const request = requestOf(context.run, callId)
  if (request === undefined) return { args: call.input, fixed: false }
  return { args: request.answer?.args ?? request.request.args, fixed: true }
}

const changedCall = ({ id, name }: ToolUseBlock): ToolResult =>
  failed(`Call ${id} of '${name}' was another one before: make the same calls in the same order.`, {
    kind: 'version_conflict',
  })

const ignore = (): void => {}
