/** Plays a made-up session as the runtime would write it, and remembers what a reader who joins at any point would get. */
import type { Envelope, Fact, LiveEvent, SnapshotBlock } from '@seamfold/core/kit'
import * as fc from 'fast-check'

export type BlockScript = { readonly type: 'text' | 'reasoning' | 'tool'; readonly chunks: readonly string[] }
export type CallScript = {
  /** `unanswered`: the run ends before anybody speaks. Only where the run ends right after. */
  readonly ask: 'no' | 'approved' | 'rejected' | 'unanswered'
  /** `open`: the run ends before the call does. Only where the run ends right after. */
  readonly outcome: 'succeeded' | 'failed' | 'denied' | 'open'
  readonly output: readonly string[]
  readonly nested: number
}
export type TurnScript = {
  readonly lost: readonly (readonly BlockScript[])[]
  readonly blocks: readonly BlockScript[]
  readonly call: CallScript
  readonly steering: 'no' | 'during' | 'after'
}
export type RunScript = {
  readonly turns: readonly TurnScript[]
  readonly ending: 'completed' | 'failed' | 'cancelled' | 'suspended' | 'cut'
}

/** `snapshot` is what a reader who comes back right after this envelope is told of the turn in progress. */
export type Step = { readonly envelope: Envelope; readonly snapshot: Envelope | undefined }

const usage = { input: 10, output: 5, cacheRead: 1, cacheWrite: 0, reasoning: 2 }
const toolName = 'bash'

/** Writes the envelopes of one session, facts with growing cursors. */
class Writer {
  readonly steps: Step[] = []
  #facts = 0
  runId = ''
  #turn: { turn: number; attempt: number; blocks: SnapshotBlock[] } | undefined

  #push(event: Fact | LiveEvent, durable: boolean): void {
    const timestamp = 1_000 + this.steps.length
    const place = { cursor: `c${this.#facts}`, sessionId: 'session-1', runId: this.runId, timestamp }
    const told: LiveEvent | undefined = this.#turn && { type: 'turn_snapshot', ...this.#turn, blocks: [...this.#turn.blocks] }
    this.steps.push({
      envelope: { ...place, durable, event },
      snapshot: told && told.type === 'turn_snapshot' && told.blocks.length > 0 ? { ...place, durable: false, event: told } : undefined,
    })
  }

  fact(event: Fact): number {
    this.#facts += 1
    if (event.type === 'turn_start') this.#turn = { turn: event.turn, attempt: event.attempt, blocks: [] }
    if (['turn_end', 'agent_end', 'error', 'run_cancelled', 'session_claimed'].includes(event.type)) this.#turn = undefined
    this.#push(event, true)
    return this.#facts
  }

  live(event: LiveEvent): void {
    this.#push(event, false)
  }

  stream(blocks: readonly BlockScript[], turn: number, attempt: number): void {
    for (const [block, { type, chunks }] of blocks.entries()) {
      const grown = this.#turn?.blocks
      const place = { turn, attempt, block }
      if (type === 'tool') {
        grown?.push({ type: 'tool_use', id: 'call', name: toolName, inputText: '' })
        this.live({ type: 'tool_start', id: 'call', name: toolName, ...place })
      } else grown?.push({ type, text: '' })
      let start = 0
      for (const chunk of chunks) {
        const had = grown?.[block]
        if (grown && had)
          grown[block] = had.type === 'tool_use' ? { ...had, inputText: had.inputText + chunk } : { ...had, text: had.text + chunk }
        if (type === 'tool') this.live({ type: 'tool_input_delta', id: 'call', delta: chunk, start, ...place })
        else this.live({ type: `${type}_delta`, text: chunk, start, ...place })
        start += chunk.length
      }
    }
  }
}

function playCall(writer: Writer, callId: string, call: CallScript): void {
  const common = { callId, id: 'call', name: toolName }
  if (call.ask !== 'no') {
    const request = { requestId: `request-${callId}`, callId }
    writer.fact({ type: 'confirmation_required', ...request, toolName, args: {}, argsDigest: 'd', accesses: [], reason: 'rule' })
    if (call.ask === 'unanswered') return
    writer.fact({ type: 'confirmation_received', ...request, approved: call.ask === 'approved' })
    if (call.ask === 'rejected') {
      writer.fact({ type: 'tool_end', ...common, output: 'rejected', isError: true, errorKind: 'rejected' })
      return
    }
  }
  if (call.outcome === 'denied') {
    writer.fact({ type: 'permission_denied', callId, toolName, args: {}, reason: 'rule' })
    writer.fact({ type: 'tool_end', ...common, output: 'denied', isError: true, errorKind: 'permission_denied' })
    return
  }
  writer.fact({
    type: 'tool_execution_start',
    ...common,
    args: { n: callId },
    attempt: 1,
    effect: 'unsafe',
    idempotencyKey: callId,
    accesses: [],
  })
  for (const delta of call.output) writer.live({ type: 'tool_output_delta', ...common, delta })
  for (let index = 0; index < call.nested; index += 1) playCall(writer, `${callId}/${index}`, { ...call, nested: 0, ask: 'no' })
  if (call.outcome === 'open') return
  writer.fact({
    type: 'tool_end',
    ...common,
    output: call.output.join(''),
    isError: call.outcome === 'failed',
    exitCode: call.outcome === 'failed' ? 1 : 0,
  })
}

/** False when the run is cut in the middle of the turn. */
function playTurn(
  writer: Writer,
  script: TurnScript,
  { turn, cut, last }: { readonly turn: number; readonly cut: boolean; readonly last: boolean },
): boolean {
  for (const [index, blocks] of script.lost.entries()) {
    writer.fact({ type: 'turn_start', turn, attempt: index + 1 })
    writer.stream(blocks, turn, index + 1)
    writer.live({ type: 'model_retry', turn, attempt: index + 1, code: 'llm_unavailable', message: 'overloaded', delayMs: 10 })
  }
  const attempt = script.lost.length + 1
  writer.fact({ type: 'turn_start', turn, attempt })
  writer.stream(script.blocks, turn, attempt)
  const steer = (): number =>
    writer.fact({ type: 'message_injected', source: 'steering', message: { role: 'user', content: [{ type: 'text', text: 'and' }] } })
  if (script.steering === 'during') steer()
  if (cut) return false
  const content = script.blocks.map(({ type, chunks }) => {
    const text = chunks.join('')
    if (type === 'tool') return { type: 'tool_use' as const, id: 'call', name: toolName, input: { n: text } }
    return type === 'text' ? { type, text } : { type, text, origin: { provider: 'p', model: 'm' } }
  })
  const offset = writer.fact({
    type: 'turn_end',
    turn,
    attempt,
    message: { role: 'assistant', content },
    usage,
    stopReason: 'end_turn',
    cost: 0.5,
  })
  const calls = script.blocks.filter(({ type }) => type === 'tool')
  const { ask, outcome } = script.call
  const call = {
    ...script.call,
    ask: !last && ask === 'unanswered' ? ('no' as const) : ask,
    outcome: !last && outcome === 'open' ? ('failed' as const) : outcome,
  }
  for (const ordinal of calls.keys()) playCall(writer, `${offset}.${ordinal}`, call)
  if (script.steering === 'after') steer()
  return true
}

/** Every envelope of the session, in order. */
export function play(runs: readonly RunScript[]): readonly Step[] {
  const writer = new Writer()
  writer.fact({ type: 'session_created', metadata: {}, branch: 'main' })
  for (const [number, run] of runs.entries()) {
    writer.fact({ type: 'session_claimed', holder: 'h', fence: number + 1, attempt: 1 })
    writer.runId = `run-${number}`
    writer.fact({
      type: 'agent_start',
      sendId: `s${number}`,
      prompt: [{ type: 'text', text: 'go' }],
      digests: { model: '', tools: '', policy: '', instructions: '' },
    })
    const whole = run.turns.every((turn, index) =>
      playTurn(writer, turn, {
        turn: index + 1,
        cut: run.ending === 'cut' && index === run.turns.length - 1,
        last: index === run.turns.length - 1,
      }),
    )
    if (run.ending === 'completed') writer.fact({ type: 'agent_end', text: 'done', usage, reason: 'end_turn' })
    else if (run.ending === 'failed')
      writer.fact({ type: 'error', code: 'llm_unavailable', message: 'gone', retryable: true, usage, text: '' })
    else if (run.ending === 'suspended' && number === runs.length - 1) writer.fact({ type: 'run_suspended', waitingFor: [] })
    else writer.fact({ type: 'run_cancelled', reason: 'stop', usage, text: whole ? '' : 'what it had said' })
    writer.fact({ type: 'session_released', fence: number + 1 })
  }
  return writer.steps
}

const chunks = fc.array(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 4 })
const blocks = fc.array(fc.record({ type: fc.constantFrom('text', 'reasoning', 'tool'), chunks }), { maxLength: 4 })
const call = fc.record({
  ask: fc.constantFrom('no', 'approved', 'rejected', 'unanswered'),
  outcome: fc.constantFrom('succeeded', 'failed', 'denied', 'open'),
  output: chunks,
  nested: fc.nat({ max: 2 }),
})
const turn = fc.record({ lost: fc.array(blocks, { maxLength: 2 }), blocks, call, steering: fc.constantFrom('no', 'during', 'after') })
const ending = fc.constantFrom('completed', 'failed', 'cancelled', 'suspended', 'cut')

/** Sessions of a few runs in which everything can happen. */
export const session: fc.Arbitrary<readonly RunScript[]> = fc.array(fc.record({ turns: fc.array(turn, { maxLength: 3 }), ending }), {
  minLength: 1,
  maxLength: 3,
}) as fc.Arbitrary<readonly RunScript[]>
