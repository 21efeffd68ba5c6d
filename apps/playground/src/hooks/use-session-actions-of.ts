/** What a person can do to one session, as requests to the server. */
import { useMemo } from 'react'
import { ApiError, type Api } from '../api/client.ts'
import type { SessionActions } from './session-actions.ts'
import type { Attempt } from './use-attempt.ts'
import { compareAddress, goTo } from './use-route.ts'

type Target = { readonly api: Api; readonly id: string; readonly attempt: Attempt; readonly onChanged: () => void }

/** Who resumes wants an agent to be there: it is started where it is gone. */
async function resumeSomewhere(api: Api, id: string): Promise<void> {
  try {
    await api.resume(id)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'agent_gone') throw error
    await api.start()
    await api.resume(id)
  }
}

export function useSessionActionsOf({ api, id, attempt, onChanged }: Target): SessionActions {
  return useMemo<SessionActions>(
    () => ({
      answer: (requestId, answer, always) => attempt(api.answer(id, { requestId, answer, ...(always === true ? { always } : {}) })),
      standing: async (requestId) => (await api.requests(id)).find((request) => request.requestId === requestId)?.always,
      fork: async (at, { goOn = false, say = '', compare = false, ...wish } = {}) => {
        const fork = await attempt(api.fork(id, { ...wish, at, keepRun: goOn }))
        onChanged()
        if (say !== '') await attempt(goOn ? api.steer(fork.id, say) : api.send(fork.id, say))
        if (goOn) await attempt(resumeSomewhere(api, fork.id))
        onChanged()
        if (compare) location.hash = compareAddress(id, fork.id)
        else goTo(fork.id)
      },
      rewind: (to) => attempt(api.rewind(id, to)).then(onChanged),
      why: (question) => api.why(id, question),
      asked: (at) => api.asked(id, at),
      budgets: () => api.budgets(id),
      isStored: api.isStored,
      resume: () => attempt(resumeSomewhere(api, id)).then(onChanged),
      stop: () => attempt(api.cancel(id)),
    }),
    [api, id, attempt, onChanged],
  )
}
