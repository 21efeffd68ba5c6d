/** The cheapest server that speaks Chat Completions: bytes made beforehand, no thought about what was asked. Run as a process of its own. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const frame = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`

const chunk = (delta: unknown, finish: string | null = null): unknown => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'gpt-4.1',
  choices: [{ index: 0, delta, finish_reason: finish }],
})

const usage = frame({ ...(chunk({}) as object), choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } })
const end = `${usage}data: [DONE]\n\n`

const toolCall = (number: number): Buffer => {
  const call = { index: 0, id: `call_${number}`, type: 'function', function: { name: 'add', arguments: '' } }
  const parts = [
    chunk({ role: 'assistant', content: null, tool_calls: [call] }),
    ...['{"a":', `${number}`, ',"b":2}'].map((text) => chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] })),
  ]
  return Buffer.from(`${parts.map(frame).join('')}${frame(chunk({}, 'tool_calls'))}${end}`)
}

const goodbye = Buffer.from(`${frame(chunk({ role: 'assistant', content: 'That is all.' }))}${frame(chunk({}, 'stop'))}${end}`)

/** So many deltas in each write, as a network read would bring them. */
const DELTAS_PER_WRITE = 20

/** Requests so far, by the run that they say they belong to. */
const counts = new Map<string, number>()

function deltas(response: ServerResponse, total: number): void {
  const batch = Buffer.from(frame(chunk({ content: 'word ' })).repeat(DELTAS_PER_WRITE))
  let left = total / DELTAS_PER_WRITE
  const write = (): void => {
    while (left > 0) {
      left--
      if (!response.write(batch)) return void response.once('drain', write)
    }
    response.end(Buffer.from(`${frame(chunk({}, 'stop'))}${end}`))
  }
  write()
}

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    const [, kind, number] = /^\/(rounds|deltas)(\d+)\//.exec(request.url ?? '') ?? []
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (kind === 'deltas') return deltas(response, Number(number))
    const run = String(request.headers['x-run'])
    const count = (counts.get(run) ?? 0) + 1
    counts.set(run, count)
    response.end(count > Number(number) ? goodbye : toolCall(count))
  })
})

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
