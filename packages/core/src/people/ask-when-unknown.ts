/** `askWhenUnknown`: a person decides about a call whose end nobody saw, instead of the model being told that nobody knows. */
import { AgentError } from '../base/errors.ts'
import type { Fact } from '../model/event.ts'
import { canonicalJson } from '../model/json.ts'
import { failed, type ProbeAnswer, type Tool } from '../model/tool.ts'
import {
  answerTo,
  ask,
  callStateOf,
  defineMiddleware,
  type Middleware,
  resultOf,
  type RunContext,
  type ToolInvocation,
  type ToolOutcome,
} from '../loop/middleware.ts'
import type { BindableTool, BoundOptions } from '../session/bindable-tool.ts'

/** Also how the request is known again. */
const REASON =
  'Nobody knows whether this call took effect: the process that ran it ended before it could say how it went. Approve to run it again. Reject, and the model is told that nobody knows'

/**
 * The same tool, but when an `unsafe` call of it was cut off and its `probe` cannot tell what became of it, whoever answers approvals is
 * asked: to approve runs it again, under the same idempotency key; to reject tells the model that nobody knows. Each further attempt
 * that is cut off is asked about anew, whatever was approved before. Throws `invalid_argument` for a tool that is made for its agent,
 * such as a task or a question.
 */
export function askWhenUnknown(tool: Tool): BindableTool {
  const { name } = tool.definition
  if ('bind' in tool) throw new AgentError('invalid_argument', `The tool '${name}' has its own way of going on: it cannot ask when unknown`)
  return {
    ...tool,
    bind(agent) {
      const notStarted = new Set<string>()
      return { tool: asking(tool, notStarted), middleware: [asker(agent, name, notStarted)] }
    },
  }
}

/** Notes the keys of calls that certainly had not begun: about those nobody is asked. */
function asking(tool: Tool, notStarted: Set<string>): Tool {
  return {
    ...tool,
    asksWhenUnknown: true,
    async probe(input, context): Promise<ProbeAnswer> {
      const answer = (await tool.probe?.(input, context)) ?? { state: 'unknown' }
      if (answer.state === 'not_started') notStarted.add(context.idempotencyKey)
      return answer
    },
  }
}

/** By call: the request about its latest attempt. */
type Asked = Readonly<Record<string, string>>

const NOTHING: Asked = {}

function asker(agent: BoundOptions, name: string, notStarted: ReadonlySet<string>): Middleware {
  return defineMiddleware<Asked>({
    name: 'asking-tools',
    initial: NOTHING,
    fold: (asked, fact) => foldAsked(asked, fact),
    start: (run, asked) => ({
      wrapToolCall(invocation, next) {
        const start = callStateOf(run, invocation.callId)?.start
        if (invocation.settled || start === undefined || start.name !== name || start.effect !== 'unsafe') return next(invocation)
        const certain = notStarted.has(start.idempotencyKey) && run.state().claim?.afterExpiry !== true
        return certain ? next(invocation) : asksFirst({ run, agent, requestId: asked()[invocation.callId] }, invocation, next)
      },
    }),
  })
}

/** What was said of one attempt is used up when the next one begins. */
function foldAsked(asked: Asked, fact: Fact): Asked {
  if (fact.type === 'turn_end') return NOTHING
  if (fact.type === 'confirmation_required' && fact.reason === REASON) return { ...asked, [fact.callId]: fact.requestId }
  if (fact.type !== 'tool_execution_start' || !(fact.callId in asked)) return asked
  const { [fact.callId]: _, ...rest } = asked
  return rest
}

type Setting = { readonly run: RunContext; readonly agent: BoundOptions; readonly requestId: string | undefined }
type Next = (invocation: ToolInvocation) => Promise<ToolOutcome>

async function asksFirst({ run, agent, requestId }: Setting, invocation: ToolInvocation, next: Next): Promise<ToolOutcome> {
  const { confirm, unanswered } = agent
  const asked =
    run.state().run?.requests.get(requestId ?? '') ?? (await ask(run, invocation, { type: 'confirmation_required', reason: REASON }))
  const answer = await answerTo(run, asked, { confirm, unanswered, signal: invocation.signal })
  if (answer === undefined) return { type: 'suspended', waitingFor: [asked.request] }
  const { approved, args = invocation.args, message } = answer
  if (approved && canonicalJson(args) === canonicalJson(invocation.args)) return next(invocation)
  // Whoever reads this is told that nobody knows what the call did, and this as the reason why it was not run again.
  const words = approved ? 'The arguments of a call that has begun cannot be changed.' : `It was rejected${message ? `: ${message}` : '.'}`
  return resultOf(failed(words, { kind: 'rejected' }))
}
