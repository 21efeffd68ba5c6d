/** Does long work in slices of a few milliseconds, and stops a single step that will not end. */
import { setImmediate as nextTick } from 'node:timers/promises'
import { withinTime } from './within-time.ts'

const SLICE_MS = 10
/** One slice may take this long before it is broken off: only a regular expression that backtracks without end does. */
const STUCK_MS = 1_000

/** Milliseconds for all of it. */
export type SliceLimits = { readonly signal: AbortSignal; readonly deadline: number }

/** `done`; `late`: the deadline passed; `stuck`: one step took longer than a second. */
export type SliceOutcome = 'done' | 'late' | 'stuck'

/** Call `step` until it returns `false`. Rejects with the signal's reason when it fires. */
export async function inSlices(step: () => boolean, { signal, deadline }: SliceLimits): Promise<SliceOutcome> {
  let more = true
  const slice = (): void => {
    for (const end = performance.now() + SLICE_MS; more && performance.now() < end;) more = step()
  }
  for (;;) {
    signal.throwIfAborted()
    if (withinTime(STUCK_MS, slice) === 'late') return 'stuck'
    if (!more) return 'done'
    if (performance.now() > deadline) return 'late'
    await nextTick()
  }
}
