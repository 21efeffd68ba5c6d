/** `hooks({…})`: a hook executor from one function per hook. */
import type { HookDecision, HookEvent, HookExecutor, HookName } from '../ports/hook-executor.ts'

const NAMES: Readonly<Record<HookName, true>> = {
  session_start: true,
  pre_prompt: true,
  generate_start: true,
  generate_end: true,
  on_rate_limit: true,
  pre_tool_use: true,
  on_confirmation: true,
  post_tool_use: true,
  post_response: true,
  on_success: true,
  on_error: true,
  on_cancel: true,
  on_suspend: true,
}

/** Every hook by name, in the order in which a run meets them. */
export const hookNames: readonly HookName[] = Object.keys(NAMES) as HookName[]

/** A hook executor from one function per hook. */
export function hooks(handlers: {
  readonly [N in HookName]?: (
    event: Extract<HookEvent, { hook: N }>,
    options: { readonly signal: AbortSignal },
  ) => Promise<HookDecision | undefined> | HookDecision | undefined
}): HookExecutor {
  return {
    contract: 1,
    hears: Object.keys(handlers) as HookName[],
    async fire(event, options) {
      options.signal.throwIfAborted()
      const handler = handlers[event.hook] as
        | ((event: HookEvent, options: { signal: AbortSignal }) => Promise<HookDecision | undefined>)
        | undefined
      return handler?.(event, options)
    },
  }
}
