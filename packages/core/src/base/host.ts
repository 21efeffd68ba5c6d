/** What the library would otherwise take from the world: time, ids, randomness and a digest. Swap it to make runs repeatable. */
import { sha256 } from './sha256.ts'
import { onAbort } from './signals.ts'

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after so many milliseconds, rejects with the signal's reason when it fires. */
  sleep(ms: number, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Calls back once after so many milliseconds unless the returned function is called first. Never keeps a process alive. */
  timer(ms: number, callback: () => void): () => void
}

export interface Host {
  readonly clock: Clock
  /** A new id for one kind of thing, e.g. `id('run')` gives `run-3f2a…`. */
  id(kind: string): string
  /** SHA-256 of the text as UTF-8, in lower-case hex. */
  digest(text: string): string
  /** A number in [0, 1), for jitter. */
  random(): number
}

/** The longest time that timers count, almost 25 days: they take a longer one for none at all. */
const LONGEST_MS = 2 ** 31 - 1

const systemClock: Clock = {
  now: () => Date.now(),
  timer(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_MS))
    // Only Node's timers keep a process alive; a browser's are numbers.
    if (typeof timer === 'object') timer.unref()
    return () => clearTimeout(timer)
  },
  sleep: (ms, { signal } = {}) =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        release()
        resolve()
      }
      const timer = setTimeout(end, Math.min(ms, LONGEST_MS))
      const release = onAbort(signal, () => {
        clearTimeout(timer)
        reject(signal?.reason as Error)
      })
    }),
}

type Digest = (text: string) => string

type NodeHash = (algorithm: string, data: string, encoding: 'hex') => string

/** Node's one-shot hash is twenty times as fast as the portable one; looked up at first use, since loading it costs milliseconds. */
function hostDigest(): Digest {
  const node = globalThis as { process?: { getBuiltinModule?: (name: string) => { hash?: NodeHash } | undefined } }
  const hash = node.process?.getBuiltinModule?.('node:crypto')?.hash
  return hash === undefined ? sha256() : (text) => hash('sha256', text, 'hex')
}

/** The host of an ordinary process or page. */
export function systemHost(): Host {
  let digest: Digest | undefined
  return {
    clock: systemClock,
    id: (kind) => `${kind}-${crypto.randomUUID()}`,
    random: () => Math.random(),
    digest: (text) => (digest ??= hostDigest())(text),
  }
}
