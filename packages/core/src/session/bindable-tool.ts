/** A tool that is made anew for the agent that gets it, with concerns of its own. */
import type { Host } from '../base/host.ts'
import type { Envelope } from '../model/event.ts'
import type { SessionState } from '../model/session-state.ts'
import type { Tool } from '../model/tool.ts'
import type { Middleware } from '../loop/middleware.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { AgentOptions } from './types.ts'

/** The options of an agent, with what it takes where one was left out. */
export type BoundOptions = AgentOptions & {
  readonly store: SessionStore
  readonly unanswered: 'suspend' | 'reject'
  readonly host: Host
}

/** A session of the agent, as far as it is stored. */
export interface OpenedJournal {
  readonly sessionId: string
  readonly state: SessionState
  onCommit(listener: (commit: { readonly envelopes: readonly Envelope[] }) => void): () => void
}

export interface Binding {
  /** Stands for the one that was given. */
  readonly tool: Tool
  /** `opened` is told what the fold of the first one has come to. */
  readonly middleware: readonly Middleware[]
  /** Called once for every session that is opened. */
  opened?(journal: OpenedJournal, state: () => unknown): void
  /** Resolves when nothing that this began is under way. */
  settled?(): Promise<void>
}

export interface BindableTool extends Tool {
  bind(agent: BoundOptions): Binding
}
