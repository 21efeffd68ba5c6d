/**
 * The first process: it runs the agent, takes prompts, and streams a session to any number of browsers as server-sent events, each
 * of which goes on where it was cut off. It takes no approvals: when one is needed the run waits in the journal.
 *
 * Run: node serve.ts FOLDER [PORT], and beside it: node approvals.ts FOLDER [PORT]
 */
import { appendFileSync, createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Agent, createAgent, isAgentError, publicEvents, toEventStream, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { sqliteDatabase, sqliteLeases, sqliteStore } from '@seamfold/store-sqlite'
import { z } from 'zod'
import { bodyOf, type Call, listen, type Reply } from './http.ts'

const [folder = '.', port = '0'] = process.argv.slice(2)
const database = sqliteDatabase(join(folder, 'sessions.db'))

const deploy = tool({
  name: 'deploy',
  description: 'Put a version into production.',
  input: z.object({ version: z.string() }),
  access: ({ version }) => [{ kind: 'exec', command: `deploy ${version}` }], // the default policy asks for this
  effect: 'unsafe',
  execute: ({ version }) => {
    appendFileSync(join(folder, 'deployed.txt'), `${version}\n`)
    return `${version} is live.`
  },
})

// In place of a real model: it deploys what it is asked for, then says so.
const llm = scriptedLlm(
  Array.from(
    { length: 1_000 },
    () =>
      ({ messages }: { messages: readonly { readonly content: readonly { readonly type: string }[] }[] }) => {
        const answered = messages.at(-1)?.content.some(({ type }) => type === 'tool_result') === true
        return answered ? 'That is done.' : [callOf('deploy', { version: `v${messages.length}` })]
      },
  ),
)

const agent = createAgent({ llm, tools: [deploy], store: sqliteStore(database), leases: sqliteLeases(database) })

const prompt = z.strictObject({ prompt: z.string().min(1) })

const { url, server } = await listen(
  {
    'GET /': async ({ response }) => page(response),
    'POST /sessions/:id/prompts': async ({ request, parts }) => {
      const given = await bodyOf(request, prompt)
      const run = await (await agent.session({ id: parts.id ?? '' })).send(given.prompt)
      return { status: 202, body: { runId: run.id } }
    },
    'GET /sessions/:id/events': stream,
  },
  Number(port),
)

async function page(response: Call['response']): Promise<Reply> {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  await pipeline(createReadStream(new URL('session.html', import.meta.url)), response)
  return undefined
}

/** A browser that comes back sends the id of the last event that it has. */
async function stream({ request, response, parts }: Call): Promise<Reply> {
  const session = await agent.session({ id: parts.id ?? '', create: false })
  const last = request.headers['last-event-id']
  const from = typeof last === 'string' && last !== '' ? { after: last } : {}
  // A cursor that is none is refused now: once the stream has begun there is no status to say it with.
  for await (const _ of session.events({ ...from, follow: false })) break
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const events = toEventStream(publicEvents(session.events({ ...from, signal: gone.signal })))
  // That a browser goes away is no failure.
  await pipeline(Readable.fromWeb(events as Parameters<typeof Readable.fromWeb>[0]), response).catch(() => undefined)
  return undefined
}

/** Runs that were answered from elsewhere go on, and those that an end of this process cut off. */
async function goOn(agentThatGoesOn: Agent): Promise<void> {
  for await (const { sessionId, status } of agentThatGoesOn.unfinished()) {
    if (status === 'suspended') continue
    const session = await agentThatGoesOn.session({ id: sessionId })
    await session.resume().catch((error: unknown) => {
      // Another process was faster.
      if (!isAgentError(error, 'session_held') && !isAgentError(error, 'session_busy')) throw error
    })
  }
}

let looking = Promise.resolve()
const timer = setInterval(() => {
  looking = looking.then(() => goOn(agent)).catch((error: unknown) => console.error(error))
}, 200)

process.once('SIGTERM', () => {
  clearInterval(timer)
  server.closeAllConnections()
  server.close()
  // What waits goes on waiting; what runs is cancelled, and the journal says so.
  void looking.then(() => agent.close()).then(() => process.exit(0))
})
process.send?.({ url })
console.log(`Sessions: ${url}`)
