/** The routes that need a store and no agent: they answer whatever became of the agent's process. */
import { type DataProtection, diffSessions, forkSession, publicEvents, type SessionDiff } from '@seamfold/core'
import type { Envelope, SessionStore, ToolDefinition } from '@seamfold/core/kit'
import { askedAt } from './asked.ts'
import { budgetsOf } from './budgets.ts'
import { readBody, readQuery } from './body.ts'
import { streamCard } from './card-stream.ts'
import { streamEvents, type StreamOptions } from './events.ts'
import { RequestFailure } from './failure.ts'
import { given } from './given.ts'
import { cardBody, forkBody, listQuery } from './requests.ts'
import type { Exchange, Routes } from './router.ts'
import type { Sessions } from './sessions.ts'
import type { PlaygroundLives, PlaygroundOptions, PlaygroundWorkflows } from './types.ts'
import { changeMetadata, type Variants } from './variants.ts'
import { Workflows } from './workflows.ts'

export type ViewRouteOptions = {
  readonly sessions: Sessions
  readonly store: SessionStore
  readonly lives?: PlaygroundLives | undefined
  readonly about: () => unknown
  readonly security?: DataProtection | undefined
  /** Of the agent that is here. */
  readonly tools?: readonly ToolDefinition[] | undefined
  readonly workflows?: PlaygroundWorkflows | undefined
  /** What forks may run on, where an agent is here. */
  readonly variants?: Variants
  readonly judgeModule?: PlaygroundOptions['judgeModule']
  readonly maxBodyBytes: number
  readonly heartbeatMs: number
  /** Fires when the server closes: streams end then. */
  readonly signal: AbortSignal
}

async function toPublic(envelopes: readonly Envelope[]): Promise<readonly Envelope[]> {
  const shown: Envelope[] = []
  const all = async function* (): AsyncGenerator<Envelope> {
    yield* envelopes
  }
  for await (const envelope of publicEvents(all())) shown.push(envelope)
  return shown
}

async function publicDiff({ shared, a, b }: SessionDiff): Promise<SessionDiff> {
  return { shared, a: { ...a, beyond: await toPublic(a.beyond) }, b: { ...b, beyond: await toPublic(b.beyond) } }
}

function needed(url: URL, name: string): string {
  const value = url.searchParams.get(name)
  if (value === null || value === '') throw new RequestFailure(400, 'bad_request', `Say which with ?${name}=…`)
  return value
}

export function viewRoutes(options: ViewRouteOptions): Routes {
  const { sessions, store, lives, about, security, tools, variants, maxBodyBytes, heartbeatMs, signal } = options
  const workflows = new Workflows({ store, lives, waits: (id) => sessions.waits(id) })
  return {
    'GET /api/about': () => Promise.resolve(about()),
    'GET /api/sessions': ({ url }) => sessions.list(readQuery(url, listQuery)),
    'GET /api/sessions/:id': ({ id }) => sessions.one(id),
    'GET /api/sessions/:id/stored': async ({ id }) => ({ stored: await sessions.isStored(id) }),
    'GET /api/sessions/:id/events': async ({ id, request, response, url }: Exchange) => {
      const { view, release } = await sessions.read(id)
      const header = request.headers['last-event-id']
      const after = (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get('after') ?? ''
      const follow = url.searchParams.get('follow') !== 'false'
      const events: StreamOptions['events'] = (reading) => view.events({ ...(after === '' ? {} : { after }), ...reading, follow })
      await streamEvents({ response, heartbeatMs, signal, events }).finally(release)
    },
    'GET /api/sessions/:id/budgets': async ({ id }) => ({ budgets: await budgetsOf(store, id) }),
    'GET /api/sessions/:id/request': ({ id, url }) => askedAt(store, id, { at: needed(url, 'at'), tools }),
    'GET /api/sessions/:id/diff': async ({ id, url }) => publicDiff(await diffSessions(store, id, needed(url, 'with'))),
    'POST /api/sessions/:id/fork': async ({ id, request }) => {
      const { change, metadata, ...wish } = await readBody(request, forkBody, maxBodyBytes)
      // What cannot be made is refused before there is a fork that cannot run.
      if (change !== undefined) await variants?.make(change)
      const said = change === undefined ? metadata : { ...metadata, ...changeMetadata(change) }
      const forkId = await forkSession(store, id, given({ ...wish, metadata: said, security }))
      await sessions.note(forkId)
      return { id: forkId }
    },
    'GET /api/workflows': async () => ({ workflows: await workflows.list() }),
    'GET /api/workflows/:id': async ({ id, url }) => ({
      ...(await workflows.follow(id, url.searchParams.get('after') ?? undefined)),
      ...(await options.workflows?.about(id)),
    }),
    'POST /api/conformance': async (exchange) => judge(exchange, options),
  }
}

/** The card; or, for who asks for a stream, each case as it ends and then the card. */
async function judge({ request, response }: Exchange, { judgeModule, maxBodyBytes, signal }: ViewRouteOptions): Promise<unknown> {
  if (judgeModule === undefined) throw new RequestFailure(404, 'not_found', 'This server does not judge modules.')
  const wanted = await readBody(request, cardBody, maxBodyBytes)
  const left = new AbortController()
  response.once('close', () => left.abort())
  const judged = { ...wanted, signal: AbortSignal.any([signal, left.signal]) }
  if (request.headers.accept?.includes('text/event-stream') !== true) return judgeModule(judged)
  return streamCard(response, (onResult) => judgeModule({ ...judged, onResult }))
}
