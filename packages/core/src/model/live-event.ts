/** What is told while it happens and not stored: provisional until the fact that settles it. */
import type { ErrorCode } from '../base/errors.ts'
import type { JsonObject } from './json.ts'
import type { LaneName } from './lane.ts'

/** Where in which turn a delta belongs. `start` counts the characters of the block before this delta. */
type DeltaPlace = { readonly turn: number; readonly attempt: number; readonly block: number; readonly start: number }

/** Text of a turn that has not ended, for a reader who joins in the middle. It replaces what the reader had of that turn. */
export type SnapshotBlock =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly inputText: string }

/** Live events: provisional until the fact that settles them. */
export type LiveEvent =
  | ({ readonly type: 'text_delta'; readonly text: string } & DeltaPlace)
  | ({ readonly type: 'reasoning_delta'; readonly text: string } & DeltaPlace)
  | {
      readonly type: 'tool_start'
      readonly id: string
      readonly name: string
      readonly turn: number
      readonly attempt: number
      readonly block: number
    }
  | ({ readonly type: 'tool_input_delta'; readonly id: string; readonly delta: string } & DeltaPlace)
  | { readonly type: 'turn_snapshot'; readonly turn: number; readonly attempt: number; readonly blocks: readonly SnapshotBlock[] }
  | { readonly type: 'tool_output_delta'; readonly id: string; readonly callId: string; readonly name: string; readonly delta: string }
  | {
      readonly type: 'model_retry'
      readonly turn: number
      readonly attempt: number
      readonly code: ErrorCode
      readonly message: string
      /** Milliseconds until the next attempt. */
      readonly delayMs: number
    }
  | {
      readonly type: 'command_retry'
      readonly callId: string
      readonly toolName: string
      readonly lane: LaneName
      /** The attempt that follows. */
      readonly attempt: number
      /** Milliseconds until then; its place in the lane may take longer. */
      readonly delayMs: number
      /** What the last one failed with. */
      readonly error: string
    }
  | {
      readonly type: 'queue_alert'
      readonly lane: LaneName
      /** `cleared` takes back what was said of its depth before. */
      readonly level: 'warning' | 'critical' | 'cleared'
      readonly alertType: 'depth' | 'paused'
      /** Calls that wait in the lane. */
      readonly depth: number
      readonly message: string
    }
  | {
      readonly type: 'subagent_progress'
      readonly taskId: string
      readonly childSessionId: string
      readonly agent: string
      readonly status: 'tool_completed' | 'turn_completed'
      readonly metadata: JsonObject
    }
  | {
      readonly type: 'budget_threshold_hit'
      readonly resource: string
      readonly kind: 'soft' | 'hard'
      readonly consumed: number
      readonly limit: number
      readonly message: string
    }
  | { readonly type: 'persistence_failed'; readonly operation: string; readonly error: string }
