/** Looks at once when a watch says that a log may have changed, so that looking from time to time is only a safety net. */
import { childSignal } from '../base/signals.ts'
import type { WatchStore } from '../ports/watch-store.ts'

/** Milliseconds between looks while a watch stands. */
const RARELY_MS = 5_000

export interface Watching {
  /** Milliseconds until one should look without being woken: what is given, unless a watch stands. */
  pauseMs(otherwise: number): number
  stop(): void
}

/** `look` says itself what went wrong with it. A watch that fails leaves the looks from time to time. */
export function watching(watch: WatchStore | undefined, key: string, look: () => Promise<unknown>): Watching {
  const { signal, abort } = childSignal()
  let stands = false
  const follow = async (): Promise<void> => {
    for await (const _ of watch?.watch(key, { signal }) ?? []) {
      stands = true
      await look()
    }
  }
  follow().then(ended, ended)
  function ended(): void {
    stands = false
  }
  return { pauseMs: (otherwise) => (stands ? RARELY_MS : otherwise), stop: () => abort(new Error('nobody watches any more')) }
}
