/** The conversation so far, as a scenario sees it, whichever protocol it came by. */

export type Api = 'anthropic' | 'chat' | 'responses'

export type ConversationPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly mediaType: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'refusal'; readonly text: string }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly input: unknown; readonly arguments: string }
  | { readonly type: 'tool_result'; readonly callId: string; readonly text: string; readonly isError: boolean; readonly images: number }

export type ConversationMessage = { readonly role: 'user' | 'assistant'; readonly parts: readonly ConversationPart[] }

export type OfferedTool = { readonly name: string; readonly description: string; readonly schema: unknown; readonly strict: boolean }

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly tool: string }

/** What the protocols decode a request into. */
export type ConversationData = {
  readonly api: Api
  readonly model: string
  readonly system: string
  readonly messages: readonly ConversationMessage[]
  readonly tools: readonly OfferedTool[]
  readonly toolChoice: ToolChoice
  /** JSON Schema that the answer must follow, `true` for any JSON, absent for text. */
  readonly outputSchema?: unknown
  readonly stream: boolean
}

/** A tool call of the history with its result, once it has one. OpenAI protocols carry no error mark: `isError` is false there. */
export type CallRecord = {
  readonly id: string
  readonly name: string
  readonly input: unknown
  readonly result?: { readonly text: string; readonly isError: boolean }
}

export interface Conversation extends ConversationData {
  /** Number of the turn asked for: 1 for the first answer of the conversation. */
  readonly turn: number
  /** Number of this request at the server, from 1; retries count. */
  readonly request: number
  /** Text of the last message in which the user spoke, other than beside tool results. */
  readonly prompt: string
  /** All tool calls, oldest first. */
  readonly calls: readonly CallRecord[]
  /** The tool calls made since `prompt`, oldest first. */
  readonly callsSincePrompt: readonly CallRecord[]
  /** The results that this request brought. */
  readonly results: readonly CallRecord[]
  /** The newest result, of one tool or of any. */
  lastResult(tool?: string): CallRecord | undefined
  offers(tool: string): boolean
  /** Fires when the client goes away. */
  readonly signal: AbortSignal
}
