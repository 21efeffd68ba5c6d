/** What a run may wait for, and what may be said to it. */
import type { Access } from './access.ts'
import type { Json, JsonSchema } from './json.ts'
import type { Rule } from './permission-policy.ts'

/** Whether a call may run, what somebody would like, or work that is done elsewhere. */
export type WaitingKind = 'confirmation' | 'question' | 'external_task'

/** What is settled at the deadline of a request that nobody has answered. */
export type TimeoutAction = 'approve' | 'reject'

/** A request that nobody has answered yet. */
export type WaitingFor = {
  /** Of an external task: its id. */
  readonly requestId: string
  readonly kind: WaitingKind
  readonly toolName: string
  /** The call that waits: its identity in the branch; nested calls are `outer/ordinal`. */
  readonly callId: string
  /** The arguments that will run if it is approved; of a question, what is asked; of an external task, its payload. */
  readonly args: Json
  readonly accesses: readonly Access[]
  /** Why it was asked. */
  readonly reason: string
  readonly sessionId: string
  readonly runId: string
  /** What a reply must match. */
  readonly reply?: JsonSchema
  /** Milliseconds since the epoch. */
  readonly deadline?: number
  /** What comes of it at the deadline. Default: `reject`. */
  readonly onDeadline?: TimeoutAction
  /** Only a signed answer counts. */
  readonly signed?: true
  /** The key that it is to be signed with, where keys have names. */
  readonly keyId?: string
}

type Signed = {
  /** Who says so, in words for people. */
  readonly by?: string
  /** Made with `answerKey(…).sign(request, answer)`. Left out, it is made where the key is known. */
  readonly signature?: string
}

export type AnswerDecision =
  | ({
      readonly decision: 'approve'
      /** Edited arguments, checked and judged again. */
      readonly input?: Json
      /**
       * What those touch, as it stood when they were written: where that is something else by then, it is asked again. Left out, it is
       * looked up where the tools are known.
       */
      readonly accesses?: readonly Access[]
      /**
       * Rules that hold for the rest of this session, only such as allow: `alwaysRules(request)` makes them. They are read by `policy()`,
       * and not by the default of an agent that was given no permissions.
       */
      readonly always?: readonly Rule[]
    } & Signed)
  | ({ readonly decision: 'reject'; /** Words for the model. */ readonly message?: string } & Signed)
  /** To a question or an external task. */
  | ({ readonly decision: 'reply'; readonly value: Json } & Signed)
  /** Its deadline has passed: it is settled as the request says. */
  | ({
      readonly decision: 'timeout'
      /** When that was seen, in milliseconds since the epoch: nobody who reads it asks a clock of their own. Left out, it is now. */
      readonly at?: number
    } & Signed)

/** Vouches for who may answer. Make one with `answerKey(secret)`. */
export interface AnswerKey {
  /** Tells keys apart, so that whoever answers with another one is told. Stands in requests. */
  readonly id?: string
  sign(request: WaitingFor, answer: AnswerDecision): Promise<string>
  /** Whether the answer was signed with this key, for this request, as it stands. */
  verify(request: WaitingFor, answer: AnswerDecision): Promise<boolean>
}
