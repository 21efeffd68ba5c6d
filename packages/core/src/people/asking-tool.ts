/** Makes a tool whose result is somebody's reply: the call is judged like any other, asks once, and waits. */
import { AgentError } from '../base/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts'
import type { AnswerFact } from '../model/session-state.ts'
import type { Tool, ToolResult } from '../model/tool.ts'
import type { WaitingFor } from '../model/waiting.ts'
import {
  answerTo,
  ask,
  type Middleware,
  requestOf,
  resultOf,
  type RunContext,
  type ToolInvocation,
  type ToolOutcome,
} from '../loop/middleware.ts'
import type { BindableTool, BoundOptions } from '../session/bindable-tool.ts'

export type AskingOptions = {
  readonly tool: Tool
  readonly kind: 'question' | 'external_task'
  /** Milliseconds from the call until it is settled as not answered. Default: never. */
  readonly timeoutMs?: number | undefined
  /** What is asked, and what a reply must match. */
  wish(input: Json): Pick<WaitingFor, 'reason' | 'reply'>
  /** Who is asked here, and for how long. */
  here(agent: BoundOptions, request: WaitingFor): Pick<Parameters<typeof answerTo>[2], 'confirm' | 'unanswered' | 'waitMs'>
  /** Called while nobody has answered, again when the run is resumed. Throwing settles it. */
  began?(request: WaitingFor, options: { readonly signal: AbortSignal }): Promise<void>
  result(answer: AnswerFact): ToolResult
}

/** Its middleware stands behind the permissions: what the policy denies is not asked. */
export function askingTool(options: AskingOptions): BindableTool {
  const { tool } = options
  const { name } = tool.definition
  return {
    ...tool,
    bind: (agent) => ({
      tool,
      middleware: [
        {
          name: 'asking-tools',
          start: (run): ReturnType<Middleware['start']> => ({
            wrapToolCall: (invocation, next) =>
              invocation.call.name === name ? pass({ run, agent, options }, invocation, next) : next(invocation),
          }),
        },
      ],
    }),
  }
}

type Setting = { readonly run: RunContext; readonly agent: BoundOptions; readonly options: AskingOptions }
type Next = (invocation: ToolInvocation) => Promise<ToolOutcome>

async function pass({ run, agent, options }: Setting, invocation: ToolInvocation, next: Next): Promise<ToolOutcome> {
  const { kind, timeoutMs } = options
  const { signal } = invocation
  const asked =
    requestOf(run, invocation.callId, kind) ??
    (await ask(run, invocation, {
      type: kind === 'question' ? 'user_question' : 'external_task_pending',
      ...options.wish(invocation.input),
      ...(timeoutMs === undefined ? {} : { deadline: run.host.clock.now() + timeoutMs }),
    }))
  if (asked.answer === undefined) await begin({ run, agent, options }, asked.request, signal)
  const answer = await answerTo(run, requestOf(run, invocation.callId, kind) ?? asked, { ...options.here(agent, asked.request), signal })
  if (answer === undefined) return { type: 'suspended', waitingFor: [asked.request] }
  const result = options.result(answer)
  // Nothing runs but through the ledger: the reply is the effect.
  return result.isError ? resultOf(result) : next({ ...invocation, tool: { ...invocation.tool, execute: () => Promise.resolve(result) } })
}

async function begin({ run, options }: Setting, request: WaitingFor, signal: AbortSignal): Promise<void> {
  try {
    await options.began?.(request, { signal })
  } catch (error) {
    signal.throwIfAborted()
    await run.answer(request.requestId, { decision: 'reject', message: `it could not be handed over: ${String(error)}` })
  }
}

/** For what a tool does outside of an agent. */
export function outOfPlace(name: string): never {
  throw new AgentError('unsupported', `The tool '${name}' works only where createAgent({ tools }) got it`)
}

/** The arguments of a request, where they are an object. */
export const argsOf = ({ args }: Pick<WaitingFor, 'args'>): JsonObject => (isJsonObject(args) ? args : {})
