/** Puts outside hooks around the prompt, every tool call and the answer. */
import { AgentError, toMessage } from '../base/errors.ts'
import { admit, defineMiddleware, type Middleware, resultOf, type RunContext, type ToolInvocation } from '../loop/middleware.ts'
import { promptMessage, resultText, textOf } from '../model/message.ts'
import { failed } from '../model/tool.ts'
import type { HookDecision, HookEvent, HookExecutor } from '../ports/hook-executor.ts'

/** A hook that breaks blocks what it gates; one that only observes changes nothing. */
export function hooksAround(executor: HookExecutor): Middleware {
  return defineMiddleware({
    name: 'hooks',
    start(run) {
      const { runId, sessionId } = run
      const ask = gate(executor, run)
      const observe = (event: HookEvent): void => {
        executor
          .fire(event, { signal: run.signal })
          .catch((error: unknown) => run.emit({ type: 'persistence_failed', operation: `hook ${event.hook}`, error: toMessage(error) }))
      }
      return {
        async prepareRun(draft) {
          const decision = await ask({ hook: 'pre_prompt', sessionId, runId, prompt: textOf(promptMessage(draft.prompt)) })
          if (decision?.decision === 'block') throw new AgentError('invalid_argument', `A hook refused the prompt: ${decision.reason}`)
          return decision?.prompt === undefined ? draft : { ...draft, prompt: decision.prompt }
        },
        async wrapToolCall(invocation, next) {
          const allowed = invocation.fixed ? invocation : await rewritten(invocation, await ask(toolEvent(invocation, run)))
          if (!('call' in allowed)) return resultOf(allowed)
          const outcome = await next(allowed)
          if (outcome.type === 'result') {
            const { content, isError } = outcome.result
            observe({ ...toolEvent(allowed, run), hook: 'post_tool_use', output: resultText(content), isError })
          }
          return outcome
        },
        decideNext({ calls, reply }) {
          if (calls.length === 0) observe({ hook: 'post_response', sessionId, runId, text: textOf(reply) })
          return undefined
        },
      }
    },
  })
}

const toolEvent = (
  { callId, call, args }: ToolInvocation,
  { sessionId, runId }: RunContext,
): Extract<HookEvent, { hook: 'pre_tool_use' }> => ({
  hook: 'pre_tool_use',
  sessionId,
  runId,
  tool: call.name,
  callId,
  input: args,
})

/** Hooks that gate fail closed. */
const gate =
  (executor: HookExecutor, { signal }: RunContext) =>
  (event: HookEvent): Promise<HookDecision | undefined> =>
    executor.fire(event, { signal }).catch((error: unknown) => {
      signal.throwIfAborted()
      return { decision: 'block', reason: `the hook failed: ${toMessage(error)}` }
    })

async function rewritten(
  invocation: ToolInvocation,
  decision: HookDecision | undefined,
): Promise<ToolInvocation | ReturnType<typeof failed>> {
  if (decision === undefined) return invocation
  if (decision.decision === 'block')
    return failed(`'${invocation.call.name}' was blocked by a hook: ${decision.reason}`, { kind: 'permission_denied' })
  if (decision.input === undefined) return invocation
  const admitted = await admit(invocation.tool, decision.input, invocation.signal)
  return admitted.ok ? { ...invocation, args: decision.input, input: admitted.input, accesses: admitted.accesses } : admitted.result
}
