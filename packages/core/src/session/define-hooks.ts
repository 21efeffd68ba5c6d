/** `hooks({…})`: a hook executor from one function per hook. */
import type { HookDecision, HookEvent, HookExecutor, HookName } from '../ports/hook-executor.ts'

/** A hook executor from one function per hook. */
export function hooks(handlers: {
  readonly [N in HookName]?: (
    event: Extract<HookEvent, { hook: N }>,
    options: { readonly signal: AbortSignal },
  ) => Promise<HookDecision | undefined> | HookDecision | undefined
}): HookExecutor {
  return {
    contract: 1,
    async fire(event, options) {
      options.signal.throwIfAborted()
      const handler = handlers[event.hook] as
        | ((event: HookEvent, options: { signal: AbortSignal }) => Promise<HookDecision | undefined>)
        | undefined
      return handler?.(event, options)
    },
  }
}
