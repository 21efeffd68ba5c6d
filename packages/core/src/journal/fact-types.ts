/** Every fact's format version, and whether a reader that does not know it must refuse the journal. */
import type { Fact, FactType } from '../model/event.ts'

export type FactKind = {
  /** Rises when the format changes; older versions are brought up to it when they are read. */
  readonly version: number
  /** A reader that does not know a critical fact cannot fold the session rightly, and refuses. */
  readonly critical: boolean
  /** Step n brings a fact of version n + 1 up to version n + 2: there are `version - 1` of them. A published one never changes. */
  readonly upcasts?: readonly ((older: never) => unknown)[]
}

const CRITICAL: FactKind = { version: 1, critical: true }

export const FACT_KINDS: Readonly<Record<FactType, FactKind>> = {
  session_created: CRITICAL,
  session_forked: CRITICAL,
  session_rewound: CRITICAL,
  session_claimed: CRITICAL,
  session_released: CRITICAL,
  agent_start: CRITICAL,
  run_prepared: CRITICAL,
  history_edited: CRITICAL,
  turn_start: CRITICAL,
  turn_end: CRITICAL,
  // Version 2 tells what the call passed: that nothing is told means nothing, and did not before.
  tool_execution_start: { version: 2, critical: true, upcasts: [(older: object) => ({ ...older, gates: 'unrecorded' })] },
  tool_end: CRITICAL,
  permission_denied: { version: 1, critical: false },
  confirmation_required: CRITICAL,
  confirmation_received: CRITICAL,
  confirmation_timeout: CRITICAL,
  user_question: CRITICAL,
  external_task_pending: CRITICAL,
  external_task_completed: CRITICAL,
  message_injected: CRITICAL,
  command_dead_lettered: { version: 1, critical: false },
  cancel_requested: CRITICAL,
  inbox_skipped: CRITICAL,
  subagent_start: CRITICAL,
  subagent_end: CRITICAL,
  run_suspended: CRITICAL,
  agent_end: CRITICAL,
  error: CRITICAL,
  run_cancelled: CRITICAL,
}

/** A fact of an older version as this version knows it. */
export const upcast = (fact: unknown, version: number, { upcasts = [] }: FactKind): Fact =>
  upcasts.slice(version - 1).reduce<unknown>((older, step) => step(older as never), fact) as Fact
