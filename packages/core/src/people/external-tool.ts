/** `externalTool`: a tool whose work is done elsewhere, and completed from any process that can open the store. */
import { type ToolOptions, tool } from '../model/define-tool.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { type AnySchema, toSchema } from '../model/schema.ts'
import { failed, toToolResult } from '../model/tool.ts'
import type { SessionView } from '../session/types.ts'
import type { BindableTool } from '../session/bindable-tool.ts'
import { askingTool, outOfPlace } from './asking-tool.ts'

/** The work that is to be done. */
export type ExternalTask = {
  /** The same for the same call: hand it on, and complete the task by it. */
  readonly taskId: string
  readonly sessionId: string
  readonly tool: string
  /** The arguments, after hooks and edits. */
  readonly payload: Json
  /** Milliseconds since the epoch. */
  readonly deadline?: number
}

export interface ExternalToolOptions<T> extends Pick<ToolOptions<T>, 'name' | 'description' | 'input' | 'access'> {
  /** What a result must match. Default: anything. */
  readonly result?: AnySchema
  /** Milliseconds until the task counts as failed. Default: never. */
  readonly timeoutMs?: number
  /** Milliseconds that the run stays and waits before it is suspended. Default: 0. */
  readonly waitMs?: number
  /**
   * Hands the work over. Called when the task is stored, and again whenever the run is resumed before it is completed: always with the
   * same task id. What it throws fails the task.
   */
  dispatch?(task: ExternalTask, options: { readonly signal: AbortSignal }): Promise<void>
}

/**
 * Give it to `createAgent({ tools })`. Its call is stored as `external_task_pending` and waits until somebody completes it. Without a
 * durable store the run stays and waits for it.
 */
export function externalTool<T = JsonObject>(options: ExternalToolOptions<T>): BindableTool {
  const { result, timeoutMs, waitMs, dispatch, ...rest } = options
  const reply = result && toSchema(result).json
  return askingTool({
    kind: 'external_task',
    timeoutMs,
    tool: tool<T>({ ...rest, effect: 'keyed', timeoutMs: 0, execute: () => outOfPlace(options.name) }),
    wish: () => ({ reason: 'it is done elsewhere', ...(reply === undefined ? {} : { reply }) }),
    here: ({ unanswered }) => (unanswered === 'suspend' ? { unanswered, waitMs } : { unanswered, waitMs: Infinity }),
    ...(dispatch
      ? {
          began: ({ requestId, sessionId, toolName, args, deadline }, { signal }) =>
            dispatch(
              { taskId: requestId, sessionId, tool: toolName, payload: args, ...(deadline === undefined ? {} : { deadline }) },
              { signal },
            ),
        }
      : {}),
    result: ({ type, approved, reply: value, message = 'no reason was given' }) => {
      if (approved) return toToolResult(value)
      return failed(`The work was not done: ${message}`, { kind: type === 'confirmation_timeout' ? 'timeout' : 'failed' })
    },
  })
}

/** How a task ended, and who says so. */
export type ExternalOutcome = ({ readonly result: Json } | { readonly error: string }) & { readonly by?: string }

/**
 * Complete a task, from any process that can open its session. Resolves with whether this outcome is the one that counts: the first
 * one is, and completing it twice changes nothing. Throws `request_not_found`, and `invalid_argument` for a result that does not
 * match what the tool takes.
 */
export function completeExternal(session: Pick<SessionView, 'answer'>, taskId: string, outcome: ExternalOutcome): Promise<boolean> {
  const who = outcome.by === undefined ? {} : { by: outcome.by }
  return session.answer(
    taskId,
    'error' in outcome ? { decision: 'reject', message: outcome.error, ...who } : { decision: 'reply', value: outcome.result, ...who },
  )
}
