/** Where secrets are taken out on their way: in front of everybody who sees a call, around the tool, around the model. */
import { type Middleware, resultOf, type ToolInvocation, type ToolOutcome } from '../loop/middleware.ts'
import type { Json } from '../model/json.ts'
import { STRUCTURED_OUTPUT_TOOL } from '../model/schema.ts'
import { failed, succeeded, type Tool, type ToolResult } from '../model/tool.ts'
import type { LlmRequest } from '../ports/llm-client.ts'
import type { SecurityProvider, TextTap } from '../ports/security-provider.ts'
import { hasPlaceholder } from './pattern.ts'
import { protectedStream } from './protected-stream.ts'
import type { Protect } from './protector.ts'
import { withSecrets } from './references.ts'

export const protectionStages = (provider: SecurityProvider, protect: Protect): readonly Middleware[] => [
  {
    name: 'secret-arguments',
    start: () => ({ wrapToolCall: async (invocation, next) => refused(invocation, protect) ?? next(invocation) }),
  },
  { name: 'secrets', start: () => ({ ...aroundTools(provider, protect), ...aroundModels(provider, protect) }) },
]

function aroundTools(provider: SecurityProvider, protect: Protect): ReturnType<Middleware['start']> {
  return {
    async prepareRun(draft) {
      const takers = draft.tools.filter(({ secrets = [] }) => secrets.length > 0)
      if (provider.names.length === 0 || takers.length === 0) return draft
      const places = takers.map(({ definition, secrets = [] }) => `${definition.name} (${secrets.join(', ')})`).join('; ')
      const words = `Secrets that you may use without seeing them: ${provider.names.join(', ')}. Write secret://NAME in these arguments only: ${places}.`
      return { ...draft, system: `${draft.system}\n\n${words}` }
    },
    async wrapToolCall(invocation, next) {
      const refusal = refused(invocation, protect) // a hook or a person may have changed what was asked
      if (refusal !== undefined) return refusal
      const outcome = await next({ ...invocation, tool: guarded(invocation.tool, provider) })
      return outcome.type === 'result' ? resultOf(protectResult(outcome.result, protect)) : outcome
    },
  }
}

/** What holds a secret, or what is left of one, does not run: it could not be stored as it is, and not be done again. */
function refused({ args, call, settled }: ToolInvocation, protect: Protect): ToolOutcome | undefined {
  if (settled || call.name === STRUCTURED_OUTPUT_TOOL) return undefined
  const at = placeOf(args, (text) => protect(text) !== text || hasPlaceholder(text))
  if (at === undefined) return undefined
  return resultOf(
    failed(
      `The arguments of '${call.name}' hold a secret at ${protect(at) === at ? at : 'a name that is one itself'}, or [redacted:…] in place of one: the call did not run. ` +
        `Leave it out, change only the text around it, or refer to it as secret://NAME where the tool takes that.`,
      { kind: 'invalid_input' },
    ),
  )
}

/** Where in a value the first such text is, its keys among them. */
function placeOf(value: Json, isSuch: (text: string) => boolean, path: string = ''): string | undefined {
  if (typeof value === 'string') return isSuch(value) ? path || '/' : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, field] of Object.entries(value)) {
    const place = isSuch(key) ? `${path}/` : placeOf(field, isSuch, `${path}/${key}`)
    if (place !== undefined) return place
  }
  return undefined
}

/** The tool as it runs: with the secrets that it refers to, and without any in what it shows meanwhile. */
function guarded(tool: Tool, provider: SecurityProvider): Tool {
  const { definition, timeoutMs, secrets, sandbox } = tool
  return {
    definition,
    parse: (input) => tool.parse(input),
    access: (input) => tool.access(input),
    effect: (input) => tool.effect(input),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(tool.untrusted === undefined ? {} : { untrusted: (input: Json) => tool.untrusted?.(input) === true }),
    ...(tool.witness === undefined ? {} : { witness: (input: Json) => tool.witness?.(input) ?? Promise.resolve(null) }),
    ...(tool.probe === undefined ? {} : { probe: tool.probe.bind(tool) }),
    async execute(input, context) {
      let tap: TextTap | undefined
      const show = (text: string): void => {
        if (text !== '') context.progress(text)
      }
      try {
        const whole = secrets === undefined ? input : await withSecrets(tool, input, { provider, signal: context.signal })
        return await tool.execute(whole, { ...context, progress: (text) => show((tap ??= provider.tap()).push(text)) })
      } finally {
        if (tap !== undefined) show(tap.end())
      }
    },
  }
}

function protectResult(result: ToolResult, protect: Protect): ToolResult {
  const { content, isError, errorKind, exitCode, metadata, untrusted } = result
  const clean = { content: protect(content), metadata: protect(metadata) }
  if (clean.content === content && clean.metadata === metadata) return result
  const beside = { ...(clean.metadata === undefined ? {} : { metadata: clean.metadata }), ...(exitCode === undefined ? {} : { exitCode }) }
  const kind = errorKind === undefined ? {} : { kind: errorKind }
  const made = isError ? failed(clean.content, { ...beside, ...kind }) : Object.assign(succeeded(clean.content), beside)
  return untrusted === true ? Object.assign(made, { untrusted }) : made
}

function aroundModels(provider: SecurityProvider, protect: Protect): ReturnType<Middleware['start']> {
  const seen = new WeakMap<object, unknown>()
  /** What was clean in the turn before is looked at once. */
  const once = <T extends object>(value: T): T => {
    const known = (seen.get(value) as T | undefined) ?? protect(value)
    seen.set(value, known)
    return known
  }
  /** All of these are as they may be: so is what the next request has of them in the same places. */
  let cleaned: LlmRequest['messages'] = []
  const cleanMessages = (messages: LlmRequest['messages']): LlmRequest['messages'] => {
    let same = 0
    while (same < messages.length && messages[same] === cleaned[same]) same++
    if (messages.slice(same).every((message) => once(message) === message)) return (cleaned = messages)
    return messages.map(once)
  }
  const clean = (request: LlmRequest): LlmRequest => ({
    ...request,
    system: protect(request.system),
    tools: once(request.tools),
    messages: cleanMessages(request.messages),
  })
  return {
    wrapModelCall: (call, next) => protectedStream(next({ ...call, request: clean(call.request) }), provider, protect),
  }
}
