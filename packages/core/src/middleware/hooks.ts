/** Puts outside hooks around the prompt, every model call, every tool call and the answer, and tells them how the run ends. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { onAbort } from '../base/signals.ts'
import { admit, type Middleware, resultOf, type RunContext, type Stages, type ToolInvocation } from '../loop/middleware.ts'
import { promptMessage, resultText, textOf } from '../model/message.ts'
import { waitingOf } from '../model/session-state.ts'
import { failed } from '../model/tool.ts'
import type { HookDecision, HookEvent, HookExecutor, HookName } from '../ports/hook-executor.ts'

/** Milliseconds that a hook may take to answer. */
const DEFAULT_HOOK_MS = 30_000

type Place = 'sessionId' | 'runId' | 'metadata'
type Unplaced<E> = E extends HookEvent ? Omit<E, Place> : never
type Said = Unplaced<HookEvent>
type SaidOf<N extends Said['hook']> = Extract<Said, { hook: N }>

/** How one run speaks to its hooks. */
type Voice = {
  /** Whoever gates fails closed. */
  ask(said: Said, until: AbortSignal): Promise<HookDecision | undefined>
  /** Whoever observes changes nothing, and holds nobody up. */
  tell(said: Said, until?: AbortSignal): void
}

/**
 * A hook that breaks blocks what it gates; one that only observes changes nothing. `0` milliseconds mean no limit. The second of the
 * two stands inside the retries: it tells of every attempt.
 */
export function hooksAround(executor: HookExecutor, hookMs: number = DEFAULT_HOOK_MS): readonly Middleware[] {
  const voice = (run: RunContext): Voice => voiceOf(run, executor, hookMs)
  const all: readonly Middleware[] = [
    { name: 'hooks', start: (run) => aroundRun(run, voice(run)) },
    { name: 'model-hooks', start: (run) => aroundAttempts(run, voice(run)) },
  ]
  return executor.hears?.some(isOfModel) === false ? all.slice(0, 1) : all
}

const isOfModel = (name: HookName): boolean => ['generate_start', 'generate_end', 'on_rate_limit'].includes(name)

function voiceOf(run: RunContext, executor: HookExecutor, hookMs: number): Voice {
  const { runId, sessionId, metadata } = run
  /** What the hook answers in time, where it is heard. */
  const fire = async (said: Said, until: AbortSignal): Promise<HookDecision | undefined> => {
    if (executor.hears?.includes(said.hook) === false) return undefined
    const { promise, resolve, reject } = Promise.withResolvers<HookDecision | undefined>()
    const control = new AbortController()
    const stop = (reason: unknown): void => {
      control.abort(reason)
      reject(reason)
    }
    const late = (): void => stop(new AgentError('timeout', `it gave no answer within ${hookMs} ms`))
    const stopTimer = hookMs > 0 ? run.host.clock.timer(hookMs, late) : undefined
    const release = onAbort(until, () => stop(until.reason))
    const answer = async (): Promise<HookDecision | undefined> =>
      executor.fire({ ...said, sessionId, runId, metadata }, { signal: control.signal })
    answer().then(resolve, reject)
    try {
      return await promise
    } finally {
      stopTimer?.()
      release()
    }
  }
  return {
    /** Hooks that gate fail closed, also when they answer what nobody understands. */
    async ask(said, until) {
      try {
        const decision = await fire(said, until)
        if (decision === undefined || ['continue', 'block'].includes(decision?.decision)) return decision
        throw new Error(`it answered ${JSON.stringify(decision, ['decision'])}`)
      } catch (error) {
        until.throwIfAborted()
        return { decision: 'block', reason: `the hook failed: ${toMessage(error)}` }
      }
    },
    tell(said, until = run.signal) {
      fire(said, until).catch((error: unknown) =>
        run.emit({ type: 'persistence_failed', operation: `hook ${said.hook}`, error: toMessage(error) }),
      )
    },
  }
}

function aroundRun(run: RunContext, { ask, tell }: Voice): Stages {
  follow(run, tell)
  return {
    async prepareRun(draft) {
      if (run.state().ended.length === 0) tell({ hook: 'session_start' })
      const { content } = promptMessage(draft.prompt)
      const decision = await ask({ hook: 'pre_prompt', prompt: textOf({ content }) }, run.signal)
      if (decision?.decision === 'block') throw new AgentError('invalid_argument', `A hook refused the prompt: ${decision.reason}`)
      if (decision?.prompt === undefined) return draft
      return { ...draft, prompt: [{ type: 'text', text: decision.prompt }, ...content.filter((block) => block.type === 'image')] }
    },
    async wrapToolCall(invocation, next) {
      if (!invocation.fixed) {
        const { tool, call, signal } = invocation
        const decision = await ask(toolEvent(invocation), signal)
        const hooks = decision && (decision.by ?? [{ decision: decision.decision }])
        invocation = { ...invocation, gates: { hooks } }
        if (decision?.decision === 'block')
          return resultOf(
            failed(`'${call.name}' was blocked by a hook: ${decision.reason}`, {
              kind: 'permission_denied',
              ...(hooks && { metadata: { hooks } }),
            }),
          )
        if (decision?.input !== undefined) {
          const admitted = await admit(tool, decision.input, signal)
          if (!admitted.ok) return resultOf(admitted.result)
          invocation = { ...invocation, args: decision.input, input: admitted.input, accesses: admitted.accesses }
        }
      }
      const outcome = await next(invocation)
      if (outcome.type === 'result') {
        const { content, ...rest } = outcome.result
        tell({ ...toolEvent(invocation), ...rest, hook: 'post_tool_use', output: resultText(content) })
      }
      return outcome
    },
    decideNext({ calls, reply }) {
      if (calls.length === 0) tell({ hook: 'post_response', text: textOf(reply) })
      return undefined
    },
  }
}

const toolEvent = ({ callId, call, args, accesses }: ToolInvocation): SaidOf<'pre_tool_use'> => ({
  hook: 'pre_tool_use',
  tool: call.name,
  callId,
  input: args,
  accesses,
})

/** Every attempt is told of, with what it came to. */
const aroundAttempts = ({ model }: RunContext, { tell }: Voice): Stages => ({
  async *wrapModelCall(call, next) {
    const attempt = { turn: call.turn, provider: model.provider, model: model.id }
    tell({ hook: 'generate_start', ...attempt })
    try {
      for await (const batch of next(call)) {
        const done = batch.at(-1)
        if (done?.type === 'done')
          tell({ hook: 'generate_end', ...attempt, message: done.message, usage: done.usage, stopReason: done.stopReason })
        yield batch
      }
    } catch (error) {
      if (isAgentError(error, 'llm_rate_limited'))
        tell({ hook: 'on_rate_limit', ...attempt, message: error.message, details: error.details })
      throw error
    }
  },
})

const ENDS = { completed: 'on_success', failed: 'on_error', cancelled: 'on_cancel', suspended: 'on_suspend' } as const

/**
 * What is stored of this segment: who is waited for, and its end. Not when another process took the run. A sub-agent's requests are
 * told of on the outermost run, where they are answered.
 */
function follow(run: RunContext, tell: Voice['tell']): void {
  const { fence, run: before } = run.state()
  const told = new Set(waitingOf(before).map(({ requestId }) => requestId)) // by whoever asked
  const ever = new AbortController().signal // the run's own may have fired when its end is told
  const look = async (): Promise<void> => {
    const said = await run.until(({ fence: latest, run: current }): Said | false | undefined => {
      if (latest !== fence || current?.id !== run.runId) return false
      const { status, text, usage, cost, reason, error } = current
      const waitingFor = waitingOf(current)
      const request = run.metadata.parentSessionId ? undefined : waitingFor.find(({ requestId }) => !told.has(requestId))
      if (request) return { hook: 'on_confirmation', request }
      return status === 'executing' ? undefined : { hook: ENDS[status], text, usage, cost, reason, error, waitingFor }
    }, ever)
    if (!said) return
    tell(said, ever)
    if (!('request' in said)) return
    told.add(said.request.requestId)
    await look()
  }
  void look()
}
