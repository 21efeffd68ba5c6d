/** Finds the fact that somebody means: by its cursor, or by its number alone. */
import type { SessionView } from '@seamfold/core'
import { AgentError, type Envelope } from '@seamfold/core/kit'

/** Every fact of a session that counts, oldest first. */
export async function factsOf(view: Pick<SessionView, 'events'>): Promise<readonly Envelope[]> {
  const facts: Envelope[] = []
  for await (const envelope of view.events({ follow: false })) facts.push(envelope)
  return facts
}

/** The cursor that was given, or that begins with the number that was given. Throws `cursor_invalid`, saying where to look. */
export function namedFact(facts: readonly Envelope[], given: string): string {
  if (!/^\d+$/.test(given)) return given
  const found = facts.find(({ cursor }) => cursor.startsWith(`${given}.`))
  if (found !== undefined) return found.cursor
  throw new AgentError(
    'cursor_invalid',
    `The session has no fact ${given} that counts${facts.length === 0 ? '' : `; its last is ${facts.at(-1)?.cursor}`}. List them with: seamfold sessions facts`,
  )
}
