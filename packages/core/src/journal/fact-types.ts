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

export const FACT_KINDS: Readonly<Record<FactType, FactKind>> = {
  session_created: { version: 1, critical: true },
  session_forked: { version: 1, critical: true },
  session_rewound: { version: 1, critical: true },
  session_claimed: { version: 1, critical: true },
  session_released: { version: 1, critical: true },
  agent_start: { version: 1, critical: true },
  run_prepared: { version: 1, critical: true },
  history_edited: { version: 1, critical: true },
  turn_start: { version: 1, critical: true },
  turn_end: { version: 1, critical: true },
  tool_execution_start: { version: 1, critical: true },
  tool_end: { version: 1, critical: true },
  permission_denied: { version: 1, critical: false },
  confirmation_required: { version: 1, critical: true },
  confirmation_received: { version: 1, critical: true },
  message_injected: { version: 1, critical: true },
  command_dead_lettered: { version: 1, critical: false },
  cancel_requested: { version: 1, critical: true },
  inbox_skipped: { version: 1, critical: true },
  subagent_start: { version: 1, critical: true },
  subagent_end: { version: 1, critical: true },
  run_suspended: { version: 1, critical: true },
  agent_end: { version: 1, critical: true },
  error: { version: 1, critical: true },
  run_cancelled: { version: 1, critical: true },
}

/** A fact of an older version as this version knows it. */
export const upcast = (fact: unknown, version: number, { upcasts = [] }: FactKind): Fact =>
  upcasts.slice(version - 1).reduce<unknown>((older, step) => step(older as never), fact) as Fact
