/** What a person can do to the session that is open, for whatever component offers it. */
import { createContext, useContext } from 'react'
import type { Answer } from '../api/types.ts'

export type SessionActions = {
  readonly answer: (requestId: string, answer: Answer) => Promise<void>
  readonly resume: () => Promise<void>
  readonly stop: () => Promise<void>
}

const nothing = (): Promise<void> => Promise.resolve()

export const SessionActionsContext = createContext<SessionActions>({ answer: nothing, resume: nothing, stop: nothing })

export const useSessionActions = (): SessionActions => useContext(SessionActionsContext)
