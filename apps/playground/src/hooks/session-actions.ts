/** What a person can do to the session that is open, for whatever component offers it. */
import { createContext, useContext } from 'react'
import type { Answer, Asked, ForkWish, Judgement, SharedBudget, WhyQuestion } from '../api/types.ts'

/** `goOn`: the run that was under way there goes on in the fork. `say`: what it is told first. `compare`: show both side by side. */
export type ForkWay = Omit<ForkWish, 'at' | 'keepRun'> & { readonly goOn?: boolean; readonly say?: string; readonly compare?: boolean }

export type SessionActions = {
  /** `always`: calls like this one are allowed for the rest of the session. */
  readonly answer: (requestId: string, answer: Answer, always?: boolean) => Promise<void>
  /** Words for what "always" would allow; undefined where it is not offered. */
  readonly standing: (requestId: string) => Promise<string | undefined>
  /** A fork that shares everything up to this fact; opens it. */
  readonly fork: (at: string, way?: ForkWay) => Promise<void>
  readonly rewind: (to: string) => Promise<void>
  readonly why: (question: WhyQuestion) => Promise<Judgement>
  /** What the model was asked last as of this fact. */
  readonly asked: (at: string) => Promise<Asked>
  /** The shared budgets that this session has spent from. */
  readonly budgets: () => Promise<readonly SharedBudget[]>
  /** Whether the store has this session, whoever did it. */
  readonly isStored: (id: string) => Promise<boolean>
  readonly resume: () => Promise<void>
  readonly stop: () => Promise<void>
}

const nothing = (): Promise<void> => Promise.resolve()
const never = (): Promise<never> => Promise.reject(new Error('No session is open.'))

export const SessionActionsContext = createContext<SessionActions>({
  answer: nothing,
  standing: () => Promise.resolve(undefined),
  fork: nothing,
  rewind: nothing,
  why: never,
  asked: never,
  budgets: () => Promise.resolve([]),
  isStored: () => Promise.resolve(false),
  resume: nothing,
  stop: nothing,
})

export const useSessionActions = (): SessionActions => useContext(SessionActionsContext)
