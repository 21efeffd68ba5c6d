/** Puts outside hooks around the prompt, every tool call and the answer. */
import { AgentError, toMessage } from '../base/errors.ts'
import { childSignal, orAborted } from '../base/signals.ts'
import { admit, defineMiddleware, type Middleware, resultOf, type RunContext, type ToolInvocation } from '../loop/middleware.ts'
import { promptMessage, resultText, textOf } from '../model/message.ts'
import { failed } from '../model/tool.ts'
import type { HookDecision, HookEvent, HookExecutor } from '../ports/hook-executor.ts'

/** Milliseconds that a hook may take to answer. */
const DEFAULT_HOOK_MS = 30_000

/** A hook that breaks blocks what it gates; one that only observes changes nothing. `0` milliseconds mean no limit. */
export function hooksAround(executor: HookExecutor, hookMs: number = DEFAULT_HOOK_MS): Middleware {
  return defineMiddleware({
    name: 'hooks',
    start(run) {
      const { runId, sessionId, signal } = run
      const fire = (event: HookEvent, until: AbortSignal): Promise<HookDecision | undefined> =>
        fireWithin(executor, event, { run, hookMs, until })
      const ask = gate(fire)
      const observe = (event: HookEvent): void => {
        fire(event, signal).catch((error: unknown) =>
          run.emit({ type: 'persistence_failed', operation: `hook ${event.hook}`, error: toMessage(error) }),
        )
      }
      return {
        async prepareRun(draft) {
          const { content } = promptMessage(draft.prompt)
          const decision = await ask({ hook: 'pre_prompt', sessionId, runId, prompt: textOf({ content }) }, signal)
          if (decision?.decision === 'block') throw new AgentError('invalid_argument', `A hook refused the prompt: ${decision.reason}`)
          if (decision?.prompt === undefined) return draft
          const images = content.filter((block) => block.type === 'image')
          return { ...draft, prompt: [{ type: 'text', text: decision.prompt }, ...images] }
        },
        async wrapToolCall(invocation, next) {
          const allowed = invocation.fixed
            ? invocation
            : await rewritten(invocation, await ask(toolEvent(invocation, run), invocation.signal))
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

type Within = { readonly run: RunContext; readonly hookMs: number; readonly until: AbortSignal }

/** What the hook answers in time. */
async function fireWithin(executor: HookExecutor, event: HookEvent, { run, hookMs, until }: Within): Promise<HookDecision | undefined> {
  const child = childSignal(until)
  const late = (): void => child.abort(new AgentError('timeout', `it gave no answer within ${hookMs} ms`))
  const stopTimer = hookMs > 0 ? run.host.clock.timer(hookMs, late) : undefined
  try {
    return await orAborted(Promise.resolve(executor.fire(event, { signal: child.signal })), child.signal)
  } finally {
    stopTimer?.()
    child.release()
  }
}

type Fire = (event: HookEvent, until: AbortSignal) => Promise<HookDecision | undefined>

/** Hooks that gate fail closed, also when they answer what nobody understands. */
const gate =
  (fire: Fire): Fire =>
  async (event, until) => {
    try {
      const decision = await fire(event, until)
      if (decision === undefined || ['continue', 'block'].includes(decision?.decision)) return decision
      throw new Error(`it answered ${JSON.stringify(decision)}`)
    } catch (error) {
      until.throwIfAborted()
      return { decision: 'block', reason: `the hook failed: ${toMessage(error)}` }
    }
  }

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
