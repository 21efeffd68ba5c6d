/** What the loop needs of the session around it. */
import type { LlmClient, LlmEvent } from '../ports/llm-client.ts'
import type { Tool } from '../model/tool.ts'
import type { RunContext } from './middleware.ts'
import type { RequestCache } from './request-cache.ts'
import type { NamedStages } from './stages.ts'

export interface LoopContext {
  readonly run: RunContext
  readonly llm: LlmClient
  readonly instructions: string
  readonly tools: readonly Tool[]
  readonly stages: readonly NamedStages[]
  readonly maxParallelTools: number
  readonly requests: RequestCache
  /** Ids of every tool call in the history: a new one must differ. */
  readonly usedCallIds: Set<string>
  /** Rises with every holder of the session. */
  readonly fence: number
  /** What the journal will call the next fact. */
  nextOffset(): number
  /** A new attempt begins: what was streamed of the one before is void. */
  beginTurn(turn: number, attempt: number): void
  publishDeltas(deltas: readonly LlmEvent[]): void
  /** Copy what was said in the inbox, where anything was. */
  drainInbox(): Promise<void>
  /** Throws when this process may no longer write the session, and so may begin nothing. */
  assertHolding(): void
}
