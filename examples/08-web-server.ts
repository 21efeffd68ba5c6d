/**
 * A web server in two processes: `web-server/serve.ts` runs the agent and streams its session to browsers, `web-server/approvals.ts`
 * takes the answers of people over REST. They share the store and nothing else. Here both are started and used as browsers would.
 *
 * Run: node 08-web-server.ts (it starts both, talks to them, and ends). For your own browser start the two by hand, in one folder.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'seamfold-web-'))
type Started = { readonly url: string; readonly process: ChildProcess }

async function start(name: 'serve' | 'approvals'): Promise<Started> {
  const child = fork(join(import.meta.dirname, 'web-server', `${name}.ts`), [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  process.once('exit', () => child.kill())
  const [message] = (await once(child, 'message', { signal: AbortSignal.timeout(30_000) })) as [{ readonly url: string }]
  return { url: message.url, process: child }
}

async function stop({ process: child }: Started): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

const post = (url: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Response> =>
  fetch(url, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })

type Seen = { readonly type: string; readonly durable: boolean }

/** What a browser's EventSource does: it reads messages, remembers the last id, and comes back with it. */
async function watch(
  url: string,
  lastId: string | undefined,
  until: string,
): Promise<{ readonly seen: readonly Seen[]; readonly lastId: string }> {
  const leaving = new AbortController()
  const response = await fetch(url, {
    signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(30_000)]),
    headers: lastId === undefined ? {} : { 'last-event-id': lastId },
  })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const seen: Seen[] = []
  let id = lastId ?? ''
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const messages = text.split('\n\n')
    text = messages.pop() ?? ''
    for (const message of messages) {
      id = /^id: (.*)$/m.exec(message)?.[1] ?? id
      const data = /^data: (.*)$/m.exec(message)?.[1]
      if (data === undefined) continue
      const { event, durable } = JSON.parse(data) as { event: { type: string }; durable: boolean }
      seen.push({ type: event.type, durable })
      if (event.type !== until) continue
      leaving.abort()
      return { seen, lastId: id }
    }
  }
  return assert.fail(`the stream ended before ${until}`)
}

const typesOf = (seen: readonly Seen[]): readonly string[] => seen.filter(({ durable }) => durable).map(({ type }) => type)

let web = await start('serve')
const desk = await start('approvals')
const session = (path: string): string => `${web.url}/sessions/shop/${path}`
const request = (id: string): string => `${desk.url}/sessions/shop/requests/${id}/answer`
type Waiting = { readonly requestId: string; readonly toolName: string }
const waiting = async (): Promise<readonly Waiting[]> => (await fetch(`${desk.url}/waiting`)).json() as Promise<readonly Waiting[]>

for (const { url } of [web, desk]) assert.match(await (await fetch(url)).text(), /^<!doctype html>/)

// 1. A prompt; the run asks, nobody is here, so it waits in the journal.
assert.equal((await post(session('prompts'), { prompt: 'Deploy the shop.' })).status, 202)
const first = await watch(session('events'), undefined, 'run_suspended')
const [asked, ...others] = await waiting()
assert.ok(asked !== undefined && others.length === 0)
console.log(`Waiting: ${asked.toolName}`)

// 2. What browsers and scripts send by mistake is refused, with words, and both go on.
const json = { 'content-type': 'application/json' }
const approve = { decision: 'approve', by: 'ada' }
const refused = await Promise.all([
  post(request(asked.requestId), '{oops'),
  post(request(asked.requestId), { decision: 'maybe', by: 'ada' }),
  post(request(asked.requestId), 'null'),
  post(request(asked.requestId), approve, { 'content-type': 'text/plain' }),
  post(request(asked.requestId), { ...approve, input: { text: 'x'.repeat(100_000) } }),
  post(request('nobody-asked'), approve),
  post(`${desk.url}/sessions/nothing/requests/r/answer`, approve),
  post(`${desk.url}/sessions/%ff/requests/r/answer`, approve),
  fetch(request(asked.requestId)),
  fetch(`${desk.url}/elsewhere`),
  post(session('prompts'), { prompt: '' }),
  post(session('prompts'), { prompt: 'Another one, while the first waits.' }),
  fetch(session('events'), { headers: { 'last-event-id': 'no-cursor' } }),
  fetch(`${web.url}/sessions/nothing/events`),
  fetch(session('events'), { method: 'DELETE', headers: json }),
])
assert.deepEqual(
  refused.map(({ status }) => status),
  [400, 400, 400, 415, 413, 404, 404, 400, 405, 404, 400, 409, 400, 404, 405],
)
for (const response of refused) assert.ok(((await response.json()) as { message: string }).message.length > 0)

// 3. Two people answer at once: one answer counts. The run goes on in the other process, and the stream where it was cut off.
const both = await Promise.all([post(request(asked.requestId), approve), post(request(asked.requestId), { ...approve, by: 'grace' })])
assert.deepEqual(
  both.map(({ status }) => status).toSorted((a, b) => a - b),
  [200, 409],
)
const second = await watch(session('events'), first.lastId, 'agent_end')

// 4. The process of the agent is away while somebody answers: it goes on when it is back.
assert.equal((await post(session('prompts'), { prompt: 'Once more.' })).status, 202)
const third = await watch(session('events'), second.lastId, 'run_suspended')
await stop(web)
const [again] = await waiting()
assert.equal((await post(request(again?.requestId ?? ''), approve)).status, 200)
web = await start('serve')
const fourth = await watch(session('events'), third.lastId, 'agent_end')

// Whoever was cut off three times has every fact once.
const facts = typesOf([first, second, third, fourth].flatMap(({ seen }) => seen))
const whole: Seen[] = []
for (let at: string | undefined, ends = 0; ends < 2; ends++) {
  const part = await watch(session('events'), at, 'agent_end')
  whole.push(...part.seen)
  at = part.lastId
}
assert.deepEqual(facts, typesOf(whole))
for (const type of ['confirmation_required', 'confirmation_received', 'tool_end', 'agent_end'])
  assert.equal(facts.filter((each) => each === type).length, 2, type)
assert.equal(readFileSync(join(folder, 'deployed.txt'), 'utf8'), 'v1\nv5\n')
console.log(facts.join(' '))

await stop(web)
await stop(desk)
