/** Finds out whether a session's records are the ones that were written, before anything is built on them. */
import { verifySession } from '@seamfold/core'
import { AgentError, isAgentError, type SessionStore } from '@seamfold/core/kit'

/** What is wrong with a session's records; undefined where every one of them is as it was written. */
export async function damageOf(store: SessionStore, sessionId: string): Promise<string | undefined> {
  try {
    const { problem } = await verifySession(store, sessionId)
    return problem === undefined ? undefined : `record ${problem.offset}: ${problem.message}`
  } catch (error) {
    // A record that is missing is told by the store itself.
    if (isAgentError(error, 'store_corrupt') || isAgentError(error, 'store_newer')) return error.message
    throw error
  }
}

/** Throws `store_corrupt` for a session that nobody should go on with. `look` is the command that shows what is left of it. */
export async function refuseDamaged(store: SessionStore, sessionId: string, look: string): Promise<void> {
  const damage = await damageOf(store, sessionId)
  if (damage === undefined) return
  throw new AgentError(
    'store_corrupt',
    `Session ${sessionId} is damaged at ${damage}.\nNothing was done. Read what is left of it with: ${look}\n` +
      'Then restore a backup of the journal, or begin a new session.',
  )
}
