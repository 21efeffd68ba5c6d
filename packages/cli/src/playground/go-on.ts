/** Lets a suspended run go on after an answer. */
import type { Session } from '@seamfold/core'
import { isAgentError } from '@seamfold/core/kit'

/** A run that was about to suspend when the answer came has not read it: look again once it stands still. */
async function afterSegment(session: Session, result: Promise<{ readonly status: string }>): Promise<void> {
  if ((await result).status === 'suspended') await session.resume()
}

/** Whether it goes on in this process. False when another one holds the session: that one has been told. */
export async function goOn(session: Session): Promise<boolean> {
  const { currentRun } = session
  if (currentRun !== undefined) {
    afterSegment(session, currentRun.result).catch(() => undefined) // the journal tells that it still waits, and the page offers to resume
    return true
  }
  try {
    return (await session.resume()) !== undefined
  } catch (error) {
    // Two answers at once: the other one resumed it.
    if (isAgentError(error, 'session_held') || isAgentError(error, 'session_busy')) return false
    throw error
  }
}
