/** Sends a prompt, keeping with it how its run was started. */
import { randomUUID } from 'node:crypto'
import type { Run, Session } from '@seamfold/core'
import type { AnySchema } from '@seamfold/core/kit'
import { forget, remember } from '../setup/remembered.ts'
import type { Settings } from '../setup/settings.ts'
import type { Journal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { busyInWords } from './busy.ts'

export type SendOptions = {
  readonly journal: Journal
  readonly settings: Settings
  readonly terminal: Terminal
  readonly output?: AnySchema | undefined
}

/** Kept first: a run that was started is never without it. */
export async function sendRemembered(session: Session, prompt: string, { journal, settings, terminal, output }: SendOptions): Promise<Run> {
  const { store } = journal
  const id = `send-${randomUUID()}`
  await remember(store, id, { ...settings, environment: terminal.environment })
  try {
    return await session.send(prompt, { id, ...(output === undefined ? {} : { output }) })
  } catch (error) {
    await forget(store, id).catch(() => undefined) // a note that nobody looks up does no harm
    throw await busyInWords(error, { session, journal, places: settings, terminal })
  }
}
