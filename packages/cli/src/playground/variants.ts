/** Sessions that run on another agent than the others: a fork that was made with another model, policy, rules or instructions. */
import { openSession, type Agent } from '@seamfold/core'
import { AgentError, canonicalJson, isAgentError, isJsonObject, type Json, type JsonObject } from '@seamfold/core/kit'
import type { PlaygroundAgent, PlaygroundChange, PlaygroundVariant } from './types.ts'

/** Where a session's metadata say so: what it was forked with holds for its own forks as well. */
const field = 'playground'

export const changeMetadata = (change: PlaygroundChange): JsonObject => ({ [field]: { ...change } })

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

export function changeOf({ [field]: said }: JsonObject): PlaygroundChange {
  if (!isJsonObject(said)) return {}
  const rules = Array.isArray(said.rules) ? said.rules.filter((rule) => typeof rule === 'string') : undefined
  const { model, mode, instructions } = { model: textOf(said.model), mode: textOf(said.mode), instructions: textOf(said.instructions) }
  return {
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { mode }),
    ...(instructions === undefined ? {} : { instructions }),
    ...(rules === undefined ? {} : { rules }),
  }
}

export class Variants {
  readonly #playground: PlaygroundAgent
  readonly #made = new Map<string, Promise<PlaygroundVariant>>()
  readonly #bySession = new Map<string, PlaygroundVariant>()

  constructor(playground: PlaygroundAgent) {
    this.#playground = playground
  }

  /** What a session runs on. Throws what keeps that from being made. */
  async of(id: string): Promise<PlaygroundVariant> {
    const known = this.#bySession.get(id)
    if (known !== undefined) return known
    const made = await this.make(changeOf(await this.#metadata(id)))
    this.#bySession.set(id, made)
    return made
  }

  /** Throws `invalid_argument` where it cannot be, before anything is stored. */
  make(change: PlaygroundChange): Promise<PlaygroundVariant> {
    if (Object.keys(change).length === 0) return Promise.resolve(this.#playground)
    const { variant } = this.#playground
    if (variant === undefined)
      throw new AgentError('unsupported', 'This server runs one agent: a fork cannot have another model, mode or instructions.')
    const key = canonicalJson({ ...change })
    const made = this.#made.get(key) ?? variant(change)
    this.#made.set(key, made)
    made.catch(() => this.#made.delete(key)) // whoever asked is told, and the next one tries again
    return made
  }

  /** Whether a session is open in one of them. */
  holds(id: string): boolean {
    return this.#agentOf(id).listSessions().includes(id)
  }

  /** Sessions that are open in any of them. */
  held(): readonly string[] {
    const agents = new Set([this.#playground.agent, ...[...this.#bySession.values()].map(({ agent }) => agent)])
    return [...agents].flatMap((agent) => agent.listSessions())
  }

  #agentOf(id: string): Agent {
    return (this.#bySession.get(id) ?? this.#playground).agent
  }

  /** A session that was begun and has nothing stored yet has none that says so. */
  async #metadata(id: string): Promise<JsonObject> {
    try {
      return (await openSession(this.#playground.store, id)).metadata
    } catch (error) {
      if (isAgentError(error, 'session_not_found')) return {}
      throw error
    }
  }
}
