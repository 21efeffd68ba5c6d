/** Sets up a playground with a model that says what it is told, and a way to speak to it. */
import { createAgent, memoryStore, type Envelope, type Tool } from '@seamfold/core'
import { SseDecoder, type SessionStore } from '@seamfold/core/kit'
import { scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { servePlayground } from '../../src/playground/serve.ts'
import type { Playground, PlaygroundAgent, PlaygroundLives, PlaygroundOptions } from '../../src/playground/types.ts'

export type Stage = AsyncDisposable & {
  readonly playground: Playground
  readonly store: SessionStore
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, body?: unknown): Promise<Response>
  /** A new session with this prompt, under way. */
  start(prompt: string): Promise<string>
  /** Reads a session's stream until an event fits; the cursor is that of the last fact read. */
  read(id: string, until: (envelope: Envelope) => boolean, after?: string): Promise<readonly Envelope[]>
}

export type StageOptions = Partial<PlaygroundOptions> & {
  readonly script?: readonly ScriptedReply[]
  readonly tools?: readonly Tool[]
  readonly store?: SessionStore
  readonly lives?: PlaygroundLives
}

export async function stage({ script = [], tools = [], store = memoryStore(), lives, ...options }: StageOptions = {}): Promise<Stage> {
  const made = (): PlaygroundAgent => ({
    agent: createAgent({ llm: scriptedLlm(script), tools, store, unanswered: 'suspend' }),
    store,
    ...(lives === undefined ? {} : { lives }),
    about: { model: 'scripted', simulated: true },
  })
  const playground = await servePlayground({
    port: 0,
    open: made,
    ...options,
  })
  const authorization = `Bearer ${playground.token}`
  const get: Stage['get'] = (path, headers = {}) => fetch(playground.origin + path, { headers: { authorization, ...headers } })
  const post: Stage['post'] = (path, body = {}) =>
    fetch(playground.origin + path, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return {
    playground,
    store,
    get,
    post,
    async start(prompt) {
      const { id } = (await (await post('/api/sessions')).json()) as { id: string }
      await post(`/api/sessions/${id}/send`, { prompt })
      return id
    },
    async read(id, until, after) {
      const response = await get(`/api/sessions/${id}/events`, after === undefined ? {} : { 'last-event-id': after })
      const decoder = new SseDecoder()
      const envelopes: Envelope[] = []
      for await (const chunk of response.body ?? []) {
        for (const { data } of decoder.push(chunk)) {
          const envelope = JSON.parse(data) as Envelope
          envelopes.push(envelope)
          if (until(envelope)) return envelopes
        }
      }
      throw new Error(`the stream ended after ${envelopes.length} events, before the one that was waited for`)
    },
    [Symbol.asyncDispose]: () => playground.close(),
  }
}

export const isType =
  (...types: readonly string[]) =>
  ({ event }: Envelope): boolean =>
    types.includes(event.type)
