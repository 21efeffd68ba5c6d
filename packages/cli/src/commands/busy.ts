/** Says, in commands that can be typed, why a session takes no new prompt, is not gone on with and not changed. */
import type { SessionView } from '@seamfold/core'
import { AgentError, isAgentError } from '@seamfold/core/kit'
import { leasesOfTheLiving, processOf } from '../setup/holder.ts'
import type { Places } from '../setup/settings.ts'
import type { Journal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { goOnWords } from './asker.ts'
import { shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'
import { type Standing, standingOf } from './liveness.ts'

export type BusyOptions = {
  readonly session: Pick<SessionView, 'id' | 'state' | 'waitingFor'>
  readonly journal: Pick<Journal, 'store' | 'leases'>
  readonly places: Places
  readonly terminal: Terminal
}

/** What to throw instead of a refusal that speaks to programs. Any other error stays as it is. */
export async function busyInWords(error: unknown, { session, journal, places, terminal }: BusyOptions): Promise<unknown> {
  if (!isAgentError(error, 'session_busy') && !isAgentError(error, 'session_held')) return error
  const standing = await standingOf(journal, session.id, await session.state())
  const held = await heldBy(journal, session.id)
  if (standing === undefined && held === undefined) return error
  const command = (words: string): string => hint(`${words} ${quote(shortId(session.id))}`, places, terminal)
  const goOn = await goOnWords(session.id, { store: journal.store, places, terminal })
  const give = `To give it up: ${command('cancel')}`
  const waits = (await session.waitingFor()).map(({ toolName }) => toolName).join(', ')
  const words: Readonly<Record<Standing, string>> = {
    working: `Another process is at work on session ${session.id}${held === undefined ? '' : `: ${held}`}.\nWait for it, or stop it: ${command('cancel')}`,
    'cut off': `The last run of session ${session.id} was cut off. ${goOn}\n${give}`,
    waiting: `The last run of session ${session.id} waits for ${waits}. Answer it: ${command('answer')}\n${give}`,
    answered: `The last run of session ${session.id} was answered. ${goOn}\n${give}`,
  }
  return new AgentError(error.code, words[standing ?? 'working'], { cause: error })
}

/** Who holds a session, and until when; undefined when nobody who lives does. */
async function heldBy({ leases }: Pick<Journal, 'leases'>, sessionId: string): Promise<string | undefined> {
  const lease = await leasesOfTheLiving(leases).read(`session/${sessionId}`)
  if (lease === undefined) return undefined
  const number = processOf(lease.holder)
  const who = number === undefined ? `${lease.holder}, of another machine or program` : `process ${number} of this machine`
  return `${who}. It holds the session until ${new Date(lease.expiresAt).toISOString()}, and longer while it lives`
}
