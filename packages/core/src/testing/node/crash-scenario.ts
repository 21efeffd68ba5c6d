/** What a crash matrix needs to know of the work that it interrupts. */
import type { Envelope, WaitingFor } from '../../model/event.ts'
import type { Prompt } from '../../model/message.ts'
import type { SessionState } from '../../model/session-state.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import type { AgentOptions, Answer } from '../../session/types.ts'

/** Counts effects where no killed process can lose the count: in a file beside the store. */
export interface EffectLog {
  /** The effect of the call with this idempotency key has happened, once more. */
  happen(idempotencyKey: string): void
  /** As a service does that knows keys: it happens unless it has happened under this key. Returns whether it did now. */
  once(idempotencyKey: string): boolean
  /** How often it has happened. */
  count(idempotencyKey: string): number
}

/** What one process of a scenario works in. */
export interface CrashWorld {
  /** A folder of this cut alone. It outlives the kills. */
  readonly directory: string
  /** How many processes of this cut were killed before this one. */
  readonly attempt: number
  readonly effects: EffectLog
  /** Another place where the process may be killed, by a name for the table. Those around appends, tools and the model are there already. */
  point(name: string): void
}

/** What stands beside the killed processes and outlives them, such as a simulator. */
export interface Surroundings {
  /** Environment variables for every process of the scenario. */
  readonly env?: Readonly<Record<string, string>>
  /** What it has to object to, since it began: each is a violation. Default: nothing. */
  violations?(): readonly string[]
  close(): Promise<void>
}

/** What is left when all processes of a cut are gone. */
export interface Evidence {
  readonly directory: string
  readonly effects: EffectLog
  /** Of the scenario's session, then of its sub-agents. */
  readonly facts: readonly Envelope[]
  readonly state: SessionState
}

/** Work that may be killed anywhere. Every process runs all of it: what has ended is found by its send id and not repeated. */
export interface CrashScenario {
  readonly name: string
  /** `import.meta.url` of the module that exports this scenario: each process imports it again. */
  readonly module: string
  /** One run each, one after the other, in one session. */
  readonly prompts: readonly Prompt[]
  /**
   * Leaves of the store in `world.directory` what loss of power would have left. The store is closed. Default: of each log the
   * appends that were asked to be synced, with what came before them; that trusts the store to have done as it was asked.
   */
  losePower?(world: CrashWorld): void | Promise<void>
  /** Opens the store in `world.directory`. Called in every process, and in the one that judges. */
  store(world: CrashWorld): SessionStore
  /** The agent, apart from its store. Called in every process that may be killed. */
  agent(world: CrashWorld): Omit<AgentOptions, 'store'> | Promise<Omit<AgentOptions, 'store'>>
  /** What a person says to a request. Default: approve. */
  answer?(request: WaitingFor): Answer
  /** Called once per matrix, in the process that judges. */
  surroundings?(): Promise<Surroundings>
  /** Laws of your own: returns what is wrong. Not asked where a run was given up. */
  check?(evidence: Evidence): readonly string[] | Promise<readonly string[]>
}

/** The session that a scenario's runs belong to. */
export const SCENARIO_SESSION = 'crash'
