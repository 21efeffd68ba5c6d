/** With a watch, who waits for another process is woken at once; looking from time to time stays as a safety net. */
import { describe, expect, test } from 'vitest'
import { createAgent, memoryStore, openSession, tool, watchedStore } from '../../src/index.ts'
import type { SessionStore, WatchStore } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'

const hang = tool({
  name: 'hang',
  description: 'Waits to be stopped.',
  effect: 'unsafe',
  execute: (_, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })),
})

/** A run that hangs, on a clock that stands still, and a view of it as another process has one. */
async function hanging(store: SessionStore, watch?: WatchStore) {
  const host = manualHost()
  const run = await createAgent({ llm: scriptedLlm([[callOf('hang')]]), tools: [hang], store, host, ...(watch ? { watch } : {}) }).run('go')
  for await (const { event } of run) if (event.type === 'tool_execution_start') break
  return { host, run, view: await openSession(store, run.sessionId, watch ? { watch } : {}) }
}

/** A watch that counts who watches now. */
function counted(watch: WatchStore): WatchStore & { readonly watchers: number } {
  let watchers = 0
  return {
    contract: 1,
    get watchers() {
      return watchers
    },
    async *watch(prefix, options) {
      watchers++
      try {
        yield* watch.watch(prefix, options)
      } finally {
        watchers--
      }
    },
  }
}

/** Its first wake-up, and none after it. */
const forgetful: WatchStore = {
  contract: 1,
  async *watch(_, { signal } = {}) {
    yield
    await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
  },
}

const broken: WatchStore = {
  contract: 1,
  async *watch() {
    yield
    throw new Error('no connection')
  },
}

describe('a run that is watched', () => {
  test('hears what is said to it without any time passing', async () => {
    const store = watchedStore(memoryStore())
    const { run, view } = await hanging(store, store)
    await view.cancel('enough')
    expect(await run.result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  })

  test('leaves no watch, no timer and no look behind when it ends', async () => {
    const store = watchedStore(memoryStore())
    const watch = counted(store)
    const { run, view, host } = await hanging(store, watch)
    expect(watch.watchers).toBe(1)
    await view.cancel('enough')
    await run.result
    await new Promise((resolve) => setImmediate(resolve))
    expect([watch.watchers, host.clock.pending]).toEqual([0, 0])
  })

  test('that ends in the middle of a look looks no more', async () => {
    const store = memoryStore()
    const read = Promise.withResolvers<void>()
    let slow = false
    const slowly: SessionStore = {
      ...store,
      async *read(key, options) {
        if (slow && key.startsWith('inbox/')) await read.promise
        yield* store.read(key, options)
      },
    }
    const { run, host } = await hanging(slowly)
    slow = true
    await host.clock.advance(500)
    await run.cancel()
    read.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    expect(host.clock.pending).toBe(0)
  })

  test('looks at its inbox rarely while nobody says anything', async () => {
    const looks = async (watched: boolean): Promise<number> => {
      const store = watchedStore(memoryStore())
      let reads = 0
      const counting: SessionStore = {
        ...store,
        read(key, options) {
          if (key.startsWith('inbox/')) reads++
          return store.read(key, options)
        },
      }
      const { run, view, host } = await hanging(counting, watched ? store : undefined)
      await host.clock.advance(1_000)
      reads = 0
      await host.clock.advance(60_000)
      const seen = reads
      await view.cancel('enough')
      await host.clock.advance(5_000)
      await run.result
      return seen
    }
    expect(await looks(true)).toBe(12)
    expect(await looks(false)).toBe(120)
  })

  test('hears it within seconds from a watch that misses it', async () => {
    const { run, view, host } = await hanging(watchedStore(memoryStore()), forgetful)
    await host.clock.advance(1_000)
    await view.cancel('enough')
    await host.clock.advance(4_499)
    expect((await view.state()).run?.status).toBe('executing')
    await host.clock.advance(1)
    expect(await run.result).toMatchObject({ status: 'cancelled' })
  })

  test('hears it as without a watch from one that fails', async () => {
    const { run, view, host } = await hanging(watchedStore(memoryStore()), broken)
    await host.clock.advance(500)
    await view.cancel('enough')
    await host.clock.advance(499)
    expect((await view.state()).run?.status).toBe('executing')
    await host.clock.advance(1)
    expect(await run.result).toMatchObject({ status: 'cancelled' })
  })
})

test('whoever follows a session that another process writes reads each fact without any time passing', async () => {
  const store = watchedStore(memoryStore())
  const watch = counted(store)
  const options = { store, llm: scriptedLlm(['one', 'two']) }
  const writing = await createAgent(options).session({ id: 's' })
  await (await writing.send('first')).completed()
  const following = await createAgent({ ...options, watch, host: manualHost() }).session({ id: 's' })
  const ends: string[] = []
  const stop = new AbortController()
  for await (const { event } of following.events({ signal: stop.signal })) {
    if (event.type === 'agent_end') ends.push(event.text)
    if (event.type !== 'session_released') continue
    if (ends.length === 2) break
    await (await writing.send('second')).completed()
  }
  expect(ends).toEqual(['one', 'two'])
  await new Promise((resolve) => setImmediate(resolve))
  expect(watch.watchers).toBe(0)
})

test('a watch of another contract is refused', () => {
  const watch = { contract: 2, watch: forgetful.watch } as unknown as WatchStore
  expect(() => createAgent({ llm: scriptedLlm([]), watch })).toThrow(/option 'watch' must be an adapter of contract 1/)
})
