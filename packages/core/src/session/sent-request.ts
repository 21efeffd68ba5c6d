/** `sentRequest`: a recorded request as it was sent, and whether that is certain. */
import { systemHost } from '../base/host.ts'
import { structuredOutput } from '../loop/output-tool.ts'
import type { ToolDefinition } from '../model/tool.ts'
import type { RecordedRequest } from './recorded-requests.ts'

/**
 * `recorded`: the journal tells all of it. `rebuilt`: something was changed for this call only, and what is rebuilt of it has the digest
 * of what was sent. `differs`: it cannot be rebuilt, `why` says what is missing. `unrecorded`: nobody kept what was changed for it,
 * `requestNotes` was not at work.
 */
export type SentRequest = {
  readonly how: 'recorded' | 'rebuilt' | 'differs' | 'unrecorded'
  readonly why?: string
  /** As they were sent. Undefined where the agent's tools are not known. */
  readonly tools?: readonly ToolDefinition[]
}

/** `own` are the tools of the agent as it has them now: they count where their digest is that of the run. */
export function sentRequest(request: RecordedRequest, own: readonly ToolDefinition[] = []): SentRequest {
  const { digest } = systemHost()
  const known = digest(JSON.stringify(own)) === request.digests.tools
  const { note } = request
  if (note === undefined) return { how: 'unrecorded', ...(known ? { tools: own } : {}) }
  const tools = known ? toolsSent(request, own) : undefined
  const there = tools === undefined ? {} : { tools }
  if (note.digest === undefined) return { how: 'recorded', ...there }
  if (digest(JSON.stringify([request.system, request.messages, tools])) === note.digest) return { how: 'rebuilt', ...there }
  return { how: 'differs', why: missingOf(request, known, tools), ...there }
}

/** Undefined where tools were sent that the agent does not have. */
function toolsSent({ note, output }: RecordedRequest, own: readonly ToolDefinition[]): readonly ToolDefinition[] | undefined {
  const names = note?.tools
  if (names === undefined) return own
  const all = output === undefined ? own : [...own, structuredOutput(output.schema).definition]
  const sent = names.flatMap((name) => all.find((each) => each.name === name) ?? [])
  return sent.length === names.length ? sent : undefined
}

function missingOf({ note }: RecordedRequest, known: boolean, tools: readonly ToolDefinition[] | undefined): string {
  const { system, kept, added } = note ?? {}
  const missing = [
    ...(system === null ? ['the system prompt was changed'] : []),
    ...(kept !== undefined && added === undefined ? [`messages from number ${kept + 1} on were others, too long to keep`] : []),
    ...(known ? [] : ['the agent that is here has other tools than the run']),
    ...(known && tools === undefined ? ['tools were sent that the agent does not have'] : []),
  ]
  return missing.length > 0 ? missing.join('; ') : 'its digest is another: facts were redacted since, or a tool was described otherwise'
}
