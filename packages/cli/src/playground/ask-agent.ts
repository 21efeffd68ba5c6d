/** Asks the agent's process on behalf of the server itself. */
import { SseDecoder, type Envelope } from '@seamfold/core/kit'
import { RequestFailure, type HttpCode } from './failure.ts'
import type { AgentProcess } from './types.ts'

const address = ({ port }: AgentProcess, path: string): string => `http://127.0.0.1:${port}${path}`

/** The answer's JSON. Throws what the process answers instead, with its status. */
export async function askAgent<T>(process: AgentProcess, path: string, body?: unknown): Promise<T> {
  const authorization = `Bearer ${process.token}`
  const post = { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(address(process, path), body === undefined ? { headers: { authorization } } : post)
  const answer = (await response.json()) as T & { readonly code?: HttpCode; readonly message?: string }
  if (!response.ok) throw new RequestFailure(response.status, answer.code ?? 'agent_gone', answer.message ?? 'It answered without words.')
  return answer
}

/** What happens in a session from its start, until the process or who listens is gone. */
export async function* eventsOf(process: AgentProcess, id: string): AsyncGenerator<Envelope> {
  const headers = { authorization: `Bearer ${process.token}` }
  const { body } = await fetch(address(process, `/api/sessions/${encodeURIComponent(id)}/events`), { headers })
  const decoder = new SseDecoder()
  for await (const chunk of body ?? []) {
    for (const { event, data } of decoder.push(chunk)) if (event !== 'failure') yield JSON.parse(data) as Envelope
  }
}
