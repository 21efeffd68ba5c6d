/**
 * A web server: streams a session to browsers as server-sent events with cursors, and takes prompts and answers over REST.
 * The answering part needs only the store, so it may as well run in another process.
 *
 * Run: node 08-web-server.ts (it starts, talks to itself as a browser would, and ends)
 */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { createAgent, memoryStore, openSession, publicEvents, toEventStream, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'

const deploy = tool({
  name: 'deploy',
  description: 'Deploy.',
  access: () => [{ kind: 'exec', command: 'deploy' }],
  execute: () => 'Deployed.',
})
const store = memoryStore()
const agent = createAgent({ llm: scriptedLlm([[callOf('deploy')], 'It is live.']), tools: [deploy], store })

const body = async (request: IncomingMessage): Promise<Record<string, string>> => JSON.parse((await request.toArray()).join('') || '{}')

const server = createServer((request, response) => void handle(request, response))

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, id = '', action] = (request.url ?? '').split('/')
  if (action === 'events') {
    const after = request.headers['last-event-id']?.toString()
    const view = await agent.session({ id })
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    Readable.fromWeb(toEventStream(publicEvents(view.events(after === undefined ? {} : { after }))) as never).pipe(response)
  } else if (action === 'send') {
    await (await agent.session({ id })).send((await body(request)).prompt ?? '')
    response.writeHead(202).end()
  } else if (action === 'answer') {
    const { requestId = '', by = 'nobody' } = await body(request)
    await (await openSession(store, id)).answer(requestId, { decision: 'approve', by })
    await (await agent.session({ id })).resume()
    response.writeHead(202).end()
  } else response.writeHead(404).end()
}
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop`
const post = (path: string, data: unknown): Promise<Response> => fetch(`${url}/${path}`, { method: 'POST', body: JSON.stringify(data) })

/** What a browser's EventSource does: read frames, remember the last id. */
async function watch(after: string | undefined, onEvent: (event: { type: string; requestId?: string }) => boolean): Promise<string> {
  let lastId = after ?? ''
  const stop = new AbortController()
  const response = await fetch(`${url}/events`, { signal: stop.signal, headers: after === undefined ? {} : { 'last-event-id': after } })
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      lastId = /^id: (.*)$/m.exec(frame)?.[1] ?? lastId
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      if (data !== undefined && onEvent(JSON.parse(data).event)) {
        stop.abort()
        return lastId
      }
    }
  }
  return lastId
}

const seen: string[] = []
await post('send', { prompt: 'Deploy it.' })
let requestId: string | undefined
const cursor = await watch(undefined, (event) => {
  seen.push(event.type)
  requestId = event.requestId ?? requestId
  return event.type === 'run_suspended'
})
await post('answer', { requestId, by: 'the page' })
await watch(cursor, (event) => seen.push(event.type) > 0 && event.type === 'agent_end')
console.log(seen.join(' '))
for (const type of ['confirmation_required', 'confirmation_received', 'agent_end'])
  assert.equal(seen.filter((each) => each === type).length, 1)
server.closeAllConnections()
server.close()
await agent.close()
