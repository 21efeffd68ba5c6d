/** What a tool is: its schema, what it declares, and the function that does the work. */
import { toMessage } from '../base/errors.ts'
import { present } from '../base/present.ts'
import type { Access, Effect } from './access.ts'
import type { Json, JsonObject, JsonSchema } from './json.ts'
import { arePromptBlocks, type ToolResultContent } from './message.ts'

/** What the model is told of a tool. */
export type ToolDefinition = { readonly name: string; readonly description: string; readonly parameters: JsonSchema }

/** Why a tool call did not do what was asked, for programs. Open: keep a default branch. */
export type ToolErrorKind =
  | 'malformed_input'
  | 'invalid_input'
  | 'unknown_tool'
  | 'permission_denied'
  | 'rejected'
  | 'duplicate_call'
  | 'timeout'
  | 'cancelled'
  | 'unknown_outcome'
  | 'not_found'
  | 'version_conflict'
  | 'unsupported'
  | 'transport'
  | 'failed'

/** What a tool call came to. The model reads `content`; `metadata` is for programs and never sent to a model. */
export type ToolResult = {
  readonly content: ToolResultContent
  readonly isError: boolean
  readonly errorKind?: ToolErrorKind
  /** 0 for success, 1 for failure, or the process's own code. */
  readonly exitCode?: number
  readonly metadata?: JsonObject
  /** Whoever wrote it is not to be obeyed: see `Tool.untrusted`. */
  readonly untrusted?: true
}

/** What a tool may know and do while it runs. */
export interface ToolContext {
  /** Which call this is: unique in the branch, the same when the call is made again after a crash. */
  readonly callId: string
  /** A digest of the call's identity: hand it to a far side that honours idempotency keys. */
  readonly idempotencyKey: string
  /** Rises with every holder of the session: hand it to a far side that can refuse a stale writer. */
  readonly fence: number
  /** Fires when the call must stop: cancel, timeout, a lost session. Stop promptly and leave nothing running. */
  readonly signal: AbortSignal
  /** Show output while it is made. Live only: what counts is the result. */
  progress(text: string): void
  /**
   * Call another tool under the same permissions, limits and events. A denied or failed call is a result, not an error.
   * Calls get their identity from the order in which they are made: a `composite` tool makes the same calls in the same order.
   */
  invoke(name: string, input: Json): Promise<ToolResult>
  /**
   * Whether the policy lets this call touch what it could not declare, such as a file that it finds below a folder. What a rule denies
   * it may not, and what a rule asks for only where that very rule let the call itself be asked for. Leave such things out, and say so.
   */
  permits(access: Access): boolean
  /** The session that this call belongs to. */
  readonly session: { readonly id: string; readonly metadata: JsonObject }
}

/** What a probe found out about a call that was started and whose end nobody saw. */
export type ProbeAnswer =
  | { readonly state: 'done'; readonly result: unknown }
  | { readonly state: 'not_started' }
  | { readonly state: 'unknown' }

export type ProbeContext = { readonly idempotencyKey: string; readonly witness: Json | undefined; readonly signal: AbortSignal }

/** What a tool's schema made of outside data. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] }

/**
 * A tool as the runtime sees it. Make one with `tool({…})`.
 *
 * Anything `execute` returns is a result: a string verbatim, a `ToolResult` as it is, the rest as JSON. What it throws is a
 * failed result that the model reads, unless its signal fired.
 */
export interface Tool {
  readonly definition: ToolDefinition
  /** Check outside data against the schema. */
  parse(input: Json): Parsed<Json> | Promise<Parsed<Json>>
  /** What a call with this input would touch. */
  access(input: Json): readonly Access[] | Promise<readonly Access[]>
  effect(input: Json): Effect
  /** Milliseconds; overrides the agent's `toolMs`. `0` means no limit. */
  readonly timeoutMs?: number
  /** Arguments in which `secret://NAME` stands for a secret that `execute` gets. Default: none, and such a text stays as it is. */
  readonly secrets?: readonly string[]
  /** The sandbox that it runs in, by name: kept with the start of each call. Default: none. */
  readonly sandbox?: string
  /** Whether the result comes from outside (the web, other people's files): the model is told not to take it for instructions. Default: it does not. */
  untrusted?(input: Json): boolean
  witness?(input: Json): Promise<Json>
  probe?(input: Json, context: ProbeContext): Promise<ProbeAnswer>
  /** What nobody knows about an `unsafe` call goes through the gate again, where somebody is asked. Set by `askWhenUnknown` alone. */
  readonly asksWhenUnknown?: true
  execute(input: Json, context: ToolContext): Promise<unknown>
}

/** Marks a value as a whole result, so that plain objects can be told from it. */
const RESULT: unique symbol = Symbol.for('seamfold.tool-result') as never

const branded = (result: ToolResult): ToolResult => Object.defineProperty(result, RESULT, { value: true })

export const isToolResult = (value: unknown): value is ToolResult => typeof value === 'object' && value !== null && RESULT in value

/** A successful result. */
export const succeeded = (content: ToolResultContent, metadata?: JsonObject): ToolResult =>
  branded({ content, isError: false, exitCode: 0, ...present({ metadata }) })

/** What `failed` takes beside the words. */
export type FailedOptions = { readonly kind?: ToolErrorKind; readonly exitCode?: number; readonly metadata?: JsonObject }

/** A failed result: the model reads the words, and the run goes on. */
export const failed = (content: ToolResultContent, { kind = 'failed', exitCode = 1, metadata }: FailedOptions = {}): ToolResult =>
  branded({ content, isError: true, errorKind: kind, exitCode, ...present({ metadata }) })

/** Read whatever a tool returned as a result. */
export function toToolResult(value: unknown): ToolResult {
  if (isToolResult(value)) return value
  if (typeof value === 'string') return succeeded(value)
  if (arePromptBlocks(value) && value.length > 0) return succeeded(value)
  if (value instanceof Error) return failed(value.message)
  return succeeded(value === undefined ? 'Done.' : textOfValue(value))
}

/** What has no text of its own was done all the same: the model is told that much. */
function textOfValue(value: unknown): string {
  const name = typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value
  try {
    const text = JSON.stringify(value) ?? ''
    // A Map or a Response has nothing of its own to show.
    return text === '' || (text === '{}' && name !== 'Object' && name !== 'object') ? `Done: a ${name}, which is no JSON.` : text
  } catch (error) {
    return `Done: a ${name}, which is no JSON (${toMessage(error)}).`
  }
}
