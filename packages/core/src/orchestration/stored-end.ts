/** Tells whether the run of a step is stored as failed, although its outcome sounds as if nobody knew its end. */
import type { Host } from '../base/host.ts'
import { Journal } from '../journal/journal.ts'
import type { StepOutcome } from '../model/step.ts'
import type { SessionStore } from '../ports/session-store.ts'

export type Kept = { readonly store: SessionStore; readonly host: Host }

/** Another store than that of its journal failed it, such as the one of a budget: nobody can go on with what has ended. */
export async function isStoredEnd({ sessionId, taskId, code }: StepOutcome, kept: Kept): Promise<boolean> {
  try {
    const { run } = (await Journal.open({ ...kept, sessionId })).state
    return run?.status === 'failed' && run.error?.code === code && `/${run.sendId}`.endsWith(`/${taskId}`)
  } catch {
    return false // its journal cannot be read now
  }
}
