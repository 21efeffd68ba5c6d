/** Tells how a run that has not ended stands: at work, cut off, waiting, or answered and ready to go on. */
import type { SessionState } from '@seamfold/core'
import { leasesOfTheLiving } from '../setup/holder.ts'
import type { Journal } from '../setup/store.ts'

/** `working`: a process is at it. `cut off`: its process is gone. `waiting`: for an answer. `answered`: it can go on. */
export type Standing = 'working' | 'cut off' | 'waiting' | 'answered'

/** Undefined where every run of the session has ended. */
export async function standingOf(
  { store, leases }: Pick<Journal, 'store' | 'leases'>,
  sessionId: string,
  { run, inboxNext }: SessionState,
): Promise<Standing | undefined> {
  if (run?.status !== 'executing' && run?.status !== 'suspended') return undefined
  // Whoever cannot be proven dead is taken to be alive until the lease runs out.
  if ((await leasesOfTheLiving(leases).read(`session/${sessionId}`)) !== undefined) return 'working'
  if (run.status === 'executing') return 'cut off'
  for await (const _ of store.read(`inbox/${sessionId}`, { from: inboxNext })) return 'answered'
  return 'waiting'
}
