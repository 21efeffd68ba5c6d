/** Hands a request to the agent's process and its answer back, streams included. */
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { RequestFailure } from './failure.ts'
import type { AgentProcess } from './types.ts'

/** What a request says that concerns the agent's process. Where the request came from was judged before. */
const passed = ['content-type', 'content-length', 'transfer-encoding', 'last-event-id'] as const

function headersFor({ headers }: IncomingMessage, { port, token }: AgentProcess): Record<string, string> {
  const kept = passed.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]] as const] : []))
  return { ...Object.fromEntries(kept), host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
}

export const agentGone = (words: string): RequestFailure =>
  new RequestFailure(
    503,
    'agent_gone',
    `The agent's process is not there (${words}): start it again, and what it did not finish can be resumed.`,
  )

/** Throws `agent_gone` when no answer came. An answer that is cut off in the middle is cut off here too. */
export async function forward(process: AgentProcess, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = ask({
    host: '127.0.0.1',
    port: process.port,
    method: request.method,
    path: request.url,
    headers: headersFor(request, process),
    agent: false,
  })
  const leave = (): void => void sent.destroy()
  response.once('close', leave)
  const answered = new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).on('error', reject))
  try {
    request.pipe(sent)
    const answer = await answered
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    await pipeline(answer, response)
  } catch {
    if (!response.headersSent) throw agentGone('it ended while it was asked')
    response.destroy()
  } finally {
    response.off('close', leave)
  }
}
