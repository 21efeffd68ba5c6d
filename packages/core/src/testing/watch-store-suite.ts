/** The suite that every watch store has to pass. */
import type { SessionStore } from '../ports/session-store.ts'
import type { WatchStore } from '../ports/watch-store.ts'
import { assert, assertEqual, assertRejectsWith } from './assert.ts'
import type { Case, Suite } from './conformance.ts'
import { recordsOf } from './session-store-append-cases.ts'

/** A watch store and a writer of the logs that it watches: the same handle, or one as another process would open it. */
export interface WatchSubject {
  readonly watch: WatchStore
  readonly writer: SessionStore
}

/** Give it fresh, empty storage for each case. */
export const watchStoreSuite: Suite<WatchSubject> = {
  seam: 'WatchStore',
  cases: [
    watched('watch.first', 'a watch that stands wakes once without a change', async ({ watch }) => {
      await watch('log').woken('a watch of nothing')
    }),
    watched('watch.append', 'each append wakes, one after the other', async ({ watch, writer }) => {
      const watcher = await standing(watch('log'))
      for (let length = 0; length < 5; length++) {
        await watcher.quiet()
        await writer.append('log', ['record'], { expected: length })
        await watcher.woken(`append ${length}`)
      }
    }),
    watched('watch.delete', 'a deletion wakes', async ({ watch, writer }) => {
      await writer.append('log', ['record'], { expected: 0 })
      const watcher = await standing(watch('log'))
      await writer.delete('log')
      await watcher.woken('the deletion')
    }),
    watched('watch.prefix', 'a watch covers every key that begins with its prefix, whatever it holds', async ({ watch, writer }) => {
      const prefixes = ['', 'inbox/', 'inbox/a', '%', 'a_c', '[x]', 'É', 'e\u0301', '😀', '\ud83d', '\udc00', 'a\0', '../', ' ']
      for (const prefix of prefixes) {
        for (const key of [prefix, `${prefix}more/of%it`]) {
          const watcher = await standing(watch(prefix))
          await writer.append(key, ['record'], { expected: (await recordsOf(writer, key)).length })
          await watcher.woken(`an append to ${JSON.stringify(key)}, watched as ${JSON.stringify(prefix)}`)
          await watcher.leave()
        }
      }
    }),
    watched('watch.readable', 'who looks at each wake-up sees every record without looking in between', async ({ watch, writer }) => {
      const watcher = await standing(watch('log'))
      for (let length = 1; length <= 50; length++) {
        await Promise.all([
          writer.append('log', [`record ${length}`], { expected: length - 1 }),
          watcher.until(async () => (await recordsOf(writer, 'log')).length >= length, `record ${length}`),
        ])
      }
    }),
    watched('watch.busy', 'what changes while the watcher is busy wakes it when it asks again', async ({ watch, writer }) => {
      const watcher = await standing(watch('log'))
      for (let length = 0; length < 3; length++) await writer.append('log', ['record'], { expected: length })
      await pause(300)
      await watcher.woken('appends while it was busy')
    }),
    watched('watch.many', 'a hundred watchers are all woken', async ({ watch, writer }) => {
      const watchers = await Promise.all(Array.from({ length: 100 }, (_, index) => standing(watch(index % 2 === 0 ? 'log' : ''))))
      await writer.append('log', ['record'], { expected: 0 })
      await Promise.all(watchers.map((watcher, index) => watcher.woken(`the append, at watcher ${index}`)))
    }),
    watched('watch.leave', 'a watcher that leaves takes nobody with it, and may come back', async ({ watch, writer }) => {
      const [staying, leaving] = [await standing(watch('log')), await standing(watch('log'))]
      await leaving.leave()
      await writer.append('log', ['record'], { expected: 0 })
      await staying.woken('the append after another watcher left')
      await staying.leave()
      const back = await standing(watch('log'))
      await writer.append('log', ['record'], { expected: 1 })
      await back.woken('the append after all had left')
    }),
    {
      id: 'watch.signal',
      title: 'a signal ends a watch with its reason, whether it waits, its watcher is busy or it has not begun',
      async run({ watch }) {
        const reason = new Error('stop')
        const control = new AbortController()
        const wakeUps = watch.watch('log', { signal: control.signal })[Symbol.asyncIterator]()
        assertEqual((await wakeUps.next()).done ?? false, false, 'whether the watch ended by itself')
        const ended = drain(wakeUps)
        await pause(50)
        control.abort(reason)
        await assertRejectsWith(within(ended, 'the end of the watch'), reason, 'the watch that waits')
        const busy = new AbortController()
        const unasked = watch.watch('log', { signal: busy.signal })[Symbol.asyncIterator]()
        await unasked.next()
        busy.abort(reason)
        await assertRejectsWith(within(drain(unasked), 'the end of a watch whose watcher was busy'), reason, 'the watch of a busy watcher')
        const late = watch.watch('log', { signal: AbortSignal.abort(reason) })[Symbol.asyncIterator]()
        await assertRejectsWith(within(late.next(), 'the end of a watch begun too late'), reason, 'the watch begun too late')
      },
    },
  ],
}

/** How long a wake-up may take, in milliseconds. */
const LIMIT_MS = 2_000

/** One watch as a case reads it. */
interface Watcher {
  /** The next wake-up. Throws when none comes in time. */
  woken(what: string): Promise<void>
  /** Looks at each wake-up until it is so. */
  until(isSo: () => Promise<boolean>, what: string): Promise<void>
  /** Takes the wake-ups that come for nothing, until none comes for a while. */
  quiet(): Promise<void>
  leave(): Promise<void>
}

type Body = (subject: { watch(prefix: string): Watcher; readonly writer: SessionStore }) => Promise<void>

function watched(id: string, title: string, body: Body): Case<WatchSubject> {
  return {
    id,
    title,
    async run({ watch, writer }) {
      const watchers: Watcher[] = []
      const begin = (prefix: string): Watcher => {
        const watcher = watcherOf(watch, prefix)
        watchers.push(watcher)
        return watcher
      }
      try {
        await body({ watch: begin, writer })
      } finally {
        await Promise.all(watchers.map((watcher) => watcher.leave()))
      }
    },
  }
}

async function standing(watcher: Watcher): Promise<Watcher> {
  await watcher.woken('a watch that begins')
  return watcher
}

function watcherOf(store: WatchStore, prefix: string): Watcher {
  const control = new AbortController()
  const wakeUps = store.watch(prefix, { signal: control.signal })[Symbol.asyncIterator]()
  let asked: Promise<IteratorResult<void>> | undefined
  const next = (): Promise<IteratorResult<void>> => {
    if (asked !== undefined) return asked
    asked = wakeUps.next()
    asked.catch(() => {}) // whoever waits for it is told
    return asked
  }
  const woken = async (what: string): Promise<void> => {
    const { done } = await within(next(), what)
    asked = undefined
    assert(done !== true, `${what}: the watch ended by itself`)
  }
  return {
    woken,
    async until(isSo, what) {
      while (!(await isSo())) await woken(what)
    },
    async quiet() {
      while (await Promise.race([next().then(() => true), pause(60).then(() => false)])) asked = undefined
    },
    async leave() {
      control.abort(new Error('it leaves'))
      await asked?.catch(() => {}) // its signal ended it
      await wakeUps.return?.()
    },
  }
}

async function drain(wakeUps: AsyncIterator<void>): Promise<void> {
  while ((await wakeUps.next()).done !== true) continue
}

function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no wake-up within ${LIMIT_MS} ms`)), LIMIT_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
