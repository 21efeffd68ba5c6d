/** The routes of the playground: a thin layer over the public door of core. */
import { openSession, type Session } from '@seamfold/core'
import { isAgentError, type SessionStore } from '@seamfold/core/kit'
import type { PlaygroundAgent } from './types.ts'
import { readBody } from './body.ts'
import { streamEvents, type StreamOptions } from './events.ts'
import { goOn } from './go-on.ts'
import { answerBody, cancelBody, createBody, emptyBody, sendBody, steerBody } from './requests.ts'
import type { Exchange, Routes } from './router.ts'
import { Sessions } from './sessions.ts'

export type RouteOptions = {
  readonly playground: PlaygroundAgent
  readonly maxBodyBytes: number
  readonly heartbeatMs: number
  /** Fires when the server closes: streams end then. */
  readonly signal: AbortSignal
}

/** Without what was left out: core tells `undefined` from absent. */
const given = <T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never

/** Whoever runs it is stopped; a holder elsewhere is asked. */
async function cancel(session: Session, store: SessionStore, reason: string): Promise<boolean> {
  try {
    return await session.cancel(reason)
  } catch (error) {
    if (!isAgentError(error, 'session_held')) throw error
    await (await openSession(store, session.id)).cancel(reason)
    return false
  }
}

export function routesOf({ playground: { agent, store, about }, maxBodyBytes, heartbeatMs, signal }: RouteOptions): Routes {
  const sessions = new Sessions(agent, store)
  return {
    'GET /api/about': async () => ({ ...about, durable: agent.durable }),
    'GET /api/sessions': async () => ({ sessions: await sessions.list() }),
    'POST /api/sessions': async ({ request }) => {
      const session = await sessions.create(given(await readBody(request, createBody, maxBodyBytes)))
      return { id: session.id }
    },
    'GET /api/sessions/:id': ({ id }) => sessions.describe(id),
    'GET /api/sessions/:id/events': async ({ id, request, response, url }: Exchange) => {
      const session = await sessions.open(id)
      const header = request.headers['last-event-id']
      const after = (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get('after') ?? ''
      const follow = url.searchParams.get('follow') !== 'false'
      const place = after === '' ? {} : { after }
      const release = sessions.hold(session)
      const events: StreamOptions['events'] = (options) => session.events({ ...place, ...options, follow })
      await streamEvents({ response, heartbeatMs, signal, events }).finally(release)
    },
    'POST /api/sessions/:id/send': async ({ id, request }) => {
      const { prompt, ...options } = await readBody(request, sendBody, maxBodyBytes)
      const run = await (await sessions.open(id)).send(prompt, given(options))
      return { runId: run.id }
    },
    'POST /api/sessions/:id/steer': async ({ id, request }) => {
      const { prompt } = await readBody(request, steerBody, maxBodyBytes)
      await (await sessions.open(id)).steer(prompt)
      return {}
    },
    'POST /api/sessions/:id/cancel': async ({ id, request }) => {
      const { reason = 'stopped in the playground' } = await readBody(request, cancelBody, maxBodyBytes)
      return { cancelled: await cancel(await sessions.open(id), store, reason) }
    },
    'POST /api/sessions/:id/answer': async ({ id, request }) => {
      const { requestId, answer } = await readBody(request, answerBody, maxBodyBytes)
      const session = await sessions.open(id)
      await session.answer(requestId, { ...given(answer), by: 'playground' })
      return { resumed: await goOn(session) }
    },
    'POST /api/sessions/:id/resume': async ({ id, request }) => {
      await readBody(request, emptyBody, maxBodyBytes)
      const run = await (await sessions.open(id)).resume()
      return { runId: run?.id ?? null }
    },
  }
}
