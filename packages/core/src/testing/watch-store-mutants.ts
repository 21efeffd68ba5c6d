/** Watch stores that break one promise each: the watch-store suite has to reject every one. */
import { type WakeUps, wakeUps } from '../base/wake-ups.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { WatchStore } from '../ports/watch-store.ts'
import { broken } from './store-mutation.ts'
import type { WatchSubject } from './watch-store-suite.ts'

export type WatchStoreMutant = {
  readonly name: string
  /** The case that has to fail. */
  readonly killedBy: string
  /** Breaks a good watch store in this one way. */
  readonly mutate: (subject: WatchSubject) => WatchSubject
}

type Watch = WatchStore['watch']

/** Wake-ups of a mutant's own, for every write of the writer, but for what the mutant does otherwise. */
function remade(parts: (own: WakeUps, writer: SessionStore) => Partial<SessionStore & WatchStore>): WatchStoreMutant['mutate'] {
  return ({ writer }) => {
    const own = wakeUps()
    const { watch = (prefix, { signal } = {}) => own.watch(prefix, signal), ...changed } = parts(own, writer)
    const append: SessionStore['append'] = async (key, ...given) => {
      await writer.append(key, ...given)
      own.wake(key)
    }
    const deletion = async (key: string): Promise<void> => {
      await writer.delete(key)
      own.wake(key)
    }
    return { watch: { contract: 1, watch }, writer: broken(writer, { append, delete: deletion, ...changed }) }
  }
}

const onWatch =
  (change: (watch: Watch) => Watch): WatchStoreMutant['mutate'] =>
  ({ watch, writer }) => ({ writer, watch: { contract: 1, watch: change((prefix, options) => watch.watch(prefix, options)) } })

const deaf: Watch = async function* deafTo(_, { signal } = {}) {
  await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
  yield
}

async function* first(watch: AsyncIterable<void>, count: number): AsyncGenerator<void> {
  let left = count
  for await (const _ of watch) if (left-- > 0) yield
}

/** Forgets a wake-up that nobody was waiting for. */
async function* whileAsked(watch: AsyncIterable<void>): AsyncGenerator<void> {
  const changes = watch[Symbol.asyncIterator]()
  let asking: (() => void) | undefined
  let failure: unknown
  const listen = async (): Promise<void> => {
    while ((await changes.next()).done !== true) asking?.()
  }
  await changes.next()
  listen().catch((error: unknown) => {
    failure = error
    asking?.()
  })
  yield
  for (;;) {
    await new Promise<void>((resolve) => (asking = resolve))
    asking = undefined
    if (failure !== undefined) throw failure
    yield
  }
}

function firstComerOnly(): (watch: Watch) => Watch {
  let watchers = 0
  return (watch) => (prefix, options) => (watchers++ === 0 ? watch(prefix, options) : first(watch(prefix, options), 1))
}

function endsTogether(): (watch: Watch) => Watch {
  let ended = Promise.withResolvers<undefined>()
  return (watch) =>
    async function* together(prefix, options) {
      const changes = watch(prefix, options)[Symbol.asyncIterator]()
      const { promise } = ended
      try {
        for (;;) {
          const next = await Promise.race([changes.next(), promise])
          if (next === undefined || next.done === true) return
          yield
        }
      } finally {
        ended.resolve(undefined)
        ended = Promise.withResolvers()
      }
    }
}

async function* endingQuietly(watch: AsyncIterable<void>): AsyncGenerator<void> {
  try {
    yield* watch
  } catch {
    // That is what it does wrong.
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Each is killed by the case that it names, and every case of the suite kills at least one. */
export const watchStoreMutants: readonly WatchStoreMutant[] = [
  { name: 'says nothing when a watch stands', killedBy: 'watch.first', mutate: onWatch(() => deaf) },
  {
    name: 'wakes twice and never again',
    killedBy: 'watch.append',
    mutate: onWatch(
      (watch) =>
        (...given) =>
          first(watch(...given), 2),
    ),
  },
  { name: 'knows nothing of appends', killedBy: 'watch.append', mutate: remade((_, writer) => ({ append: writer.append })) },
  { name: 'knows nothing of deletions', killedBy: 'watch.delete', mutate: remade((_, writer) => ({ delete: writer.delete })) },
  {
    name: 'wakes for whole keys only',
    killedBy: 'watch.prefix',
    mutate: remade((own, writer) => ({
      async append(key, ...given) {
        await writer.append(key, ...given)
        own.wake(`${key}\n`)
      },
      watch: (prefix, { signal } = {}) => own.watch(`${prefix}\n`, signal),
    })),
  },
  {
    name: 'makes file names of prefixes',
    killedBy: 'watch.prefix',
    mutate: remade((own) => ({ watch: (prefix, { signal } = {}) => own.watch(prefix.replaceAll(/[^\w/.-]/g, '_'), signal) })),
  },
  {
    name: 'wakes before the change is there',
    killedBy: 'watch.readable',
    mutate: remade((own, writer) => ({
      async append(key, ...given) {
        own.wake(key)
        await pause(5)
        await writer.append(key, ...given)
      },
    })),
  },
  {
    name: 'looks every few seconds',
    killedBy: 'watch.append',
    mutate: remade((own, writer) => ({
      async append(key, ...given) {
        await writer.append(key, ...given)
        setTimeout(() => own.wake(key), 3_000)
      },
    })),
  },
  {
    name: 'forgets what happens while its watcher is busy',
    killedBy: 'watch.busy',
    mutate: onWatch(
      (watch) =>
        (...given) =>
          whileAsked(watch(...given)),
    ),
  },
  { name: 'wakes the first watcher only', killedBy: 'watch.many', mutate: onWatch(firstComerOnly()) },
  { name: 'ends all watches with the first that ends', killedBy: 'watch.leave', mutate: onWatch(endsTogether()) },
  { name: 'ignores its signal', killedBy: 'watch.signal', mutate: onWatch((watch) => (prefix) => watch(prefix)) },
  {
    name: 'ends quietly when its signal fires',
    killedBy: 'watch.signal',
    mutate: onWatch(
      (watch) =>
        (...given) =>
          endingQuietly(watch(...given)),
    ),
  },
]
