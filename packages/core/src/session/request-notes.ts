/** `requestNotes`: keeps in the journal what of each request to the model the journal would not tell. */
import { present } from '../base/present.ts'
import { defineMiddleware, type Middleware, type RunContext } from '../loop/middleware.ts'
import { requestCache, type RequestCache } from '../loop/request-cache.ts'
import type { RunDigests } from '../model/event.ts'
import type { RequestNote } from '../model/request-note.ts'
import type { ToolDefinition } from '../model/tool.ts'
import type { LlmRequest } from '../ports/llm-client.ts'

/** Characters of replaced messages that are kept; of more, the digest is. */
const MOST_KEPT = 4000

/**
 * A middleware for `createAgent({ use: [requestNotes()] })`. With it every attempt says what was changed for that one call (by
 * `prepareTurn`, `wrapModelCall`, budgets, the policy that hides tools), and nothing where nothing was; `sentRequest` reads it.
 */
export function requestNotes(): Middleware {
  return defineMiddleware<Began>({
    name: 'request-notes',
    innermost: true,

    initial: { model: '', tools: '' },
    fold: (began, fact) => (fact.type === 'agent_start' ? fact.digests : began),
    start(run, began) {
      const requests = requestCache(run.host.digest)
      const tools = new WeakMap<readonly ToolDefinition[], string>()
      const digestOf = (definitions: readonly ToolDefinition[]): string => {
        const known = tools.get(definitions) ?? run.host.digest(JSON.stringify(definitions))
        tools.set(definitions, known)
        return known
      }
      return {
        wrapModelCall: (call, next) => {
          const sameTools = digestOf(call.request.tools) === began().tools
          return next({ ...call, note: noteOf(call.request, { run, requests, sameTools, model: began().model }) })
        },
      }
    },
  })
}

/** What the run began with. */
type Began = Pick<RunDigests, 'model' | 'tools'>

type Known = { readonly run: RunContext; readonly requests: RequestCache; readonly sameTools: boolean; readonly model: string }

function noteOf(
  { system, messages, tools, output, maxOutputTokens, toolChoice }: LlmRequest,
  { run, requests, sameTools, model }: Known,
): RequestNote {
  const name = `${run.model.provider}/${run.model.id}`
  const changed = {
    ...(sameTools ? {} : { tools: tools.map((tool) => tool.name) }),
    ...systemNote(system, run.state().run?.system ?? ''),
    ...messagesNote(messages, requests.messagesFor(run.state().history.toArray(), run.model)),
  }
  const digest = Object.keys(changed).length > 0 ? run.host.digest(JSON.stringify([system, messages, tools])) : undefined
  return present({ model: name === model ? undefined : name, maxOutputTokens, toolChoice, output: output?.name, ...changed, digest })
}

function systemNote(sent: string, known: string): Pick<RequestNote, 'system'> {
  if (sent === known) return {}
  return { system: sent.startsWith(known) ? sent.slice(known.length) : null }
}

function messagesNote(sent: LlmRequest['messages'], history: LlmRequest['messages']): Pick<RequestNote, 'kept' | 'added'> {
  let kept = 0
  while (kept < sent.length && sent[kept] === history[kept]) kept++
  if (kept === sent.length && kept === history.length) return {}
  const added = sent.slice(kept)
  return { kept, ...(JSON.stringify(added).length > MOST_KEPT ? {} : { added }) }
}
