/** The routes of an agent that runs in this process: a thin layer over the public door of core. */
import { openSession, type Answer, type Session } from '@seamfold/core'
import { isAgentError, type SessionStore, type WaitingFor } from '@seamfold/core/kit'
import { goOnWhenAnswered } from './answered.ts'
import { askedIn, askerIn, refuseAsked } from './asker.ts'
import { readBody } from './body.ts'
import { RequestFailure } from './failure.ts'
import { given } from './given.ts'
import { goOn } from './go-on.ts'
import { personName } from '../setup/person.ts'
import { answerBody, cancelBody, createBody, emptyBody, rewindBody, sendBody, steerBody, whyBody } from './requests.ts'
import type { Routes } from './router.ts'
import { Sessions } from './sessions.ts'
import type { PlaygroundAgent, PlaygroundPermissions } from './types.ts'
import { Variants } from './variants.ts'
import { workflowRoutes } from './workflow-routes.ts'
import { viewRoutes, type ViewRouteOptions } from './view-routes.ts'

export type RouteOptions = Pick<ViewRouteOptions, 'maxBodyBytes' | 'heartbeatMs' | 'signal' | 'judgeModule'> & {
  readonly playground: PlaygroundAgent
}

/** Whoever runs it is stopped; a holder elsewhere is asked. */
async function cancel(session: Session, { store, security }: PlaygroundAgent, reason: string): Promise<boolean> {
  try {
    return await session.cancel(reason)
  } catch (error) {
    if (!isAgentError(error, 'session_held')) throw error
    await (await openSession(store, session.id, given({ security }))).cancel(reason)
    return false
  }
}

/** A request with what "always" would mean for it. */
const offered = (request: WaitingFor, permissions: PlaygroundPermissions | undefined) => {
  const words = permissions?.standing?.(request)?.words
  return words === undefined ? request : { ...request, always: words }
}

type Answered = { readonly requestId: string; readonly answer: Answer; readonly always: boolean }

async function answer(session: Session, { requestId, answer: said, always }: Answered, permissions?: PlaygroundPermissions): Promise<void> {
  const request = always ? (await session.waitingFor()).find((each) => each.requestId === requestId) : undefined
  const standing = request && permissions?.standing?.(request)
  if (always && request !== undefined && standing === undefined) {
    throw new RequestFailure(400, 'bad_request', 'A rule that allows calls like this one cannot be said safely: approve it alone.')
  }
  const rules = standing === undefined || said.decision !== 'approve' ? {} : { always: standing.rules }
  await session.answer(requestId, { ...said, ...rules, by: personName() })
}

export function routesOf({ playground, maxBodyBytes, ...options }: RouteOptions): Routes {
  const { agent, store, about, security, tools, watch, lives, ends, workflows } = playground
  const variants = new Variants(playground)
  const sessions = new Sessions({ store, variants, lives, ends })
  const seen = { workflows, sessions, store, lives, security, tools, variants, maxBodyBytes }
  if (watch !== undefined) void goOnWhenAnswered({ agent, watch, sessions, signal: options.signal })
  return {
    ...viewRoutes({ ...options, ...seen, about: () => ({ durable: agent.durable, ...about }) }),
    'GET /api/agent': () => Promise.resolve({ state: 'here', starts: 1 }),
    'POST /api/sessions': async ({ request }) => {
      const session = await sessions.create(given(await readBody(request, createBody, maxBodyBytes)))
      return { id: session.id }
    },
    'POST /api/sessions/:id/send': async ({ id, request }) => {
      const { prompt, ...rest } = await readBody(request, sendBody, maxBodyBytes)
      const run = await (await sessions.open(id)).send(prompt, given(rest))
      await sessions.note(id)
      return { runId: run.id }
    },
    'POST /api/sessions/:id/steer': async ({ id, request }) => {
      const { prompt } = await readBody(request, steerBody, maxBodyBytes)
      await (await sessions.open(id)).steer(prompt)
      return {}
    },
    'POST /api/sessions/:id/cancel': async ({ id, request }) => {
      const { reason = 'stopped in the playground' } = await readBody(request, cancelBody, maxBodyBytes)
      return { cancelled: await cancel(await sessions.open(id), playground, reason) }
    },
    ...goingOn({ store, sessions, variants, maxBodyBytes }),
    'GET /api/workflow-files': () => Promise.resolve({ running: [] }),
    ...(workflows === undefined ? {} : workflowRoutes(workflows, maxBodyBytes)),
    ...lookingBack(sessions, variants, maxBodyBytes),
  }
}

type GoingOn = { readonly store: SessionStore; readonly sessions: Sessions; readonly variants: Variants; readonly maxBodyBytes: number }

/** What lets a run go on. */
function goingOn({ store, sessions, variants, maxBodyBytes }: GoingOn): Routes {
  return {
    'GET /api/sessions/:id/requests': async ({ id }) => {
      const { permissions } = await variants.of(id)
      const requests = await (await sessions.open(id)).waitingFor()
      return { requests: requests.map((request) => offered(request, permissions)) }
    },
    'POST /api/sessions/:id/answer': async ({ id, request }) => {
      const { always = false, ...body } = await readBody(request, answerBody, maxBodyBytes)
      const asker = await askerIn(store, id)
      const session = await sessions.open(await askedIn(store, { id, requestId: body.requestId, asker }))
      const { permissions } = await variants.of(session.id)
      await answer(session, { requestId: body.requestId, answer: given(body.answer), always }, permissions)
      // A step goes on with its workflow, on the agent that it was given to.
      if (asker?.isStep === true) return { resumed: false }
      return { resumed: await goOn(asker === undefined ? session : await sessions.open(asker.sessionId)) }
    },
    'POST /api/sessions/:id/resume': async ({ id, request }) => {
      await readBody(request, emptyBody, maxBodyBytes)
      await refuseAsked(store, id)
      const run = await (await sessions.open(id)).resume()
      return { runId: run?.id ?? null }
    },
  }
}

/** What concerns what was, and why. */
function lookingBack(sessions: Sessions, variants: Variants, maxBodyBytes: number): Routes {
  return {
    'POST /api/sessions/:id/rewind': async ({ id, request }) => {
      await (await sessions.open(id)).rewind(given(await readBody(request, rewindBody, maxBodyBytes)))
      return {}
    },
    'POST /api/sessions/:id/why': async ({ id, request }) => {
      const body = await readBody(request, whyBody, maxBodyBytes)
      const { permissions } = await variants.of(id)
      if (permissions === undefined) throw new RequestFailure(404, 'not_found', 'This server does not explain its policy.')
      const { metadata, rules } = await (await sessions.open(id)).state()
      return permissions.judge({ ...given(body), session: { id, metadata }, ...(rules === undefined ? {} : { sessionRules: rules }) })
    },
  }
}
