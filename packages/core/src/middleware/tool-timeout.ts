/** Gives each tool call its time: the tool's own, or the agent's. */
import { defineMiddleware, type Middleware } from '../loop/middleware.ts'

const DEFAULT_TOOL_MS = 600_000

/** The innermost call keeps it: the clock starts when the work does. `0` means no limit. */
export function toolTimeout(toolMs: number = DEFAULT_TOOL_MS): Middleware {
  return defineMiddleware({
    name: 'tool-timeout',
    start: () => ({
      wrapToolCall: (invocation, next) => next({ ...invocation, timeoutMs: invocation.timeoutMs ?? invocation.tool.timeoutMs ?? toolMs }),
    }),
  })
}
