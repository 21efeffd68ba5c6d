/** A model that says what it is told, in order, and remembers what it was asked. */
import { AgentError } from '../base/errors.ts'
import type { Json } from '../model/json.ts'
import type { Block, Message } from '../model/message.ts'
import type { Usage } from '../model/usage.ts'
import type { LlmClient, LlmEvent, LlmRequest, ModelInfo, StopReason } from '../ports/llm-client.ts'

/** What the model says: a text, whole blocks, an error to throw, or a function of the request. */
export type ScriptedReply =
  | string
  | readonly Block[]
  | Error
  | { readonly blocks: readonly Block[]; readonly stopReason?: StopReason; readonly usage?: Usage }
  | ((request: LlmRequest, signal: AbortSignal) => ScriptedReply | Promise<ScriptedReply>)

export interface ScriptedLlm extends LlmClient {
  /** Detached copies of what was asked, oldest first. */
  readonly requests: readonly LlmRequest[]
  /** Throws when the script was not said to its end. */
  assertComplete(): void
}

export type ScriptedLlmOptions = { readonly model?: Partial<ModelInfo>; /** Characters per delta. Default: 8. */ readonly chunk?: number }

const ONE: Usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }

/** A model with a script. Asked once more than the script has lines, it throws. */
export function scriptedLlm(script: readonly ScriptedReply[], { model = {}, chunk = 8 }: ScriptedLlmOptions = {}): ScriptedLlm {
  const requests: LlmRequest[] = []
  return {
    contract: 1,
    model: { provider: 'scripted', id: 'scripted', ...model },
    requests,
    assertComplete() {
      if (requests.length < script.length)
        throw new Error(`The script has ${script.length} replies; only ${requests.length} were asked for`)
    },
    async *stream(request, { signal }) {
      signal.throwIfAborted()
      const reply = script[requests.push(structuredClone(request)) - 1]
      if (reply === undefined)
        throw new AgentError('llm_rejected', `The script has ${script.length} replies, and this is request ${requests.length}`)
      yield* say(await resolve(reply, request, signal), chunk)
    },
  }
}

type Said = { readonly blocks: readonly Block[]; readonly stopReason: StopReason; readonly usage: Usage }

async function resolve(reply: ScriptedReply, request: LlmRequest, signal: AbortSignal): Promise<Said> {
  if (reply instanceof Error) throw reply
  if (typeof reply === 'function') return resolve(await reply(request, signal), request, signal)
  const {
    blocks,
    stopReason,
    usage = ONE,
  } = isWhole(reply) ? reply : { blocks: typeof reply === 'string' ? [{ type: 'text' as const, text: reply }] : reply }
  return { blocks, usage, stopReason: stopReason ?? (blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn') }
}

type Whole = { readonly blocks: readonly Block[]; readonly stopReason?: StopReason; readonly usage?: Usage }

const isWhole = (reply: string | readonly Block[] | Whole): reply is Whole => typeof reply === 'object' && 'blocks' in reply

function* say({ blocks, stopReason, usage }: Said, chunk: number): Generator<readonly LlmEvent[]> {
  for (const [block, content] of blocks.entries()) {
    if (content.type === 'text' || content.type === 'reasoning') {
      const type = content.type === 'text' ? 'text_delta' : 'reasoning_delta'
      for (let at = 0; at < content.text.length; at += chunk) yield [{ type, block, text: content.text.slice(at, at + chunk) }]
    }
    if (content.type === 'tool_use') {
      yield [{ type: 'tool_start', block, id: content.id, name: content.name }]
      yield [{ type: 'tool_input_delta', block, delta: content.invalidInput ?? JSON.stringify(content.input) }]
    }
  }
  const message: Message = { role: 'assistant', content: blocks }
  yield [{ type: 'done', message, usage, stopReason }]
}

/** A tool call for a script. Ids may repeat: the runtime tells calls apart by itself. */
export const callOf = (name: string, input: Json = {}, id: string = ''): Block => ({ type: 'tool_use', id, name, input })
