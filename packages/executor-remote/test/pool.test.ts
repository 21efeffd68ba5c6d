/** Several workers behind one executor: placement, capacity, and what happens when one is not there or goes away. */
import { agentExecutorSuite, manualHost, runConformance, type ExecutorSubject } from '@seamfold/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import {
  executorPool,
  serveExecutor,
  type ExecutorPool,
  type ExecutorPoolOptions,
  type RemoteExecutor,
  type ServeOptions,
  type Serving,
} from '../src/index.ts'
import { useEnds } from './support/ends.ts'
import { executorOf, gate, never, outcomeOf, specOf } from './support/steps.ts'

const ends = useEnds()
const pools: RemoteExecutor[] = []
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close()
})

const poolOf = (urls: readonly string[], options: Omit<ExecutorPoolOptions, 'workers'> = {}): ExecutorPool => {
  const pool = executorPool({ workers: urls.map((url) => ({ url, connectMs: 200, graceMs: 200 })), ...options })
  pools.push(pool)
  return pool
}

/** A worker that answers with its name. */
const named = (name: string, options: ServeOptions = {}): Promise<Serving> =>
  ends.serve(
    executorOf(async (spec) => outcomeOf(spec, name)),
    options,
  )

const outputOf = async (pool: RemoteExecutor, prompt: string): Promise<string> =>
  (await pool.executeStep(specOf(prompt), { signal: never() })).output

type Closable = ExecutorSubject & { close(): Promise<void> }

const poolSubject = (): Closable => {
  const closers: (() => Promise<void>)[] = []
  return {
    async through(handler) {
      const servings = [await serveExecutor(executorOf(handler)), await serveExecutor(executorOf(handler))]
      const pool = executorPool({ workers: servings.map(({ url }) => ({ url })) })
      closers.push(pool.close, ...servings.map(({ close }) => close))
      return pool
    },
    async close() {
      for (const close of closers) await close()
    },
  }
}

runConformance<ExecutorSubject>(
  agentExecutorSuite,
  { name: 'executorPool over two workers', create: poolSubject, destroy: (each) => (each as Closable).close() },
  { describe, test },
)

describe('a pool', () => {
  test('spreads steps over its workers, up to what each can do, and lets the rest wait', async () => {
    const goOn = gate()
    const started: string[] = []
    const worker = (name: string, capacity: number): Promise<Serving> =>
      ends.serve(
        executorOf(async (spec) => {
          started.push(name)
          await goOn.opened
          return outcomeOf(spec, name)
        }),
        { capacity },
      )
    const [small, large] = [await worker('small', 1), await worker('large', 3)]
    const pool = poolOf([small.url, large.url])
    const running = Array.from({ length: 6 }, (_, index) => outputOf(pool, String(index)))
    await expect.poll(() => started.toSorted()).toEqual(['large', 'large', 'large', 'small'])
    expect(pool.concurrencyHint).toBe(4)
    goOn.open()
    expect(await Promise.all(running)).toHaveLength(6)
  })

  test('gives a step to a worker with the labels that it needs', async () => {
    const [plain, gpu] = [await named('plain', { labels: ['cpu'] }), await named('gpu', { labels: ['cpu', 'gpu'] })]
    const pool = poolOf([plain.url, gpu.url], { labelsOf: ({ prompt }) => [prompt] })
    expect(await Promise.all(['gpu', 'gpu', 'gpu'].map((label) => outputOf(pool, label)))).toEqual(['gpu', 'gpu', 'gpu'])
    expect(await outputOf(pool, 'tpu')).toBe(
      `No worker with the labels tpu took step tpu, so it was not started: ${plain.url} lacks the label tpu; ${gpu.url} lacks the label tpu`,
    )
  })

  test('gives a step to a worker that runs its agent, and says which agents there are not', async () => {
    const [scout, any] = [await named('scout', { agents: ['explore', 'plan'] }), await named('any', { labels: ['slow'] })]
    const pool = poolOf([scout.url, any.url])
    const run = async (agent: string): Promise<string> => (await pool.executeStep({ ...specOf('a'), agent }, { signal: never() })).output
    expect(await Promise.all(['review', 'review', 'review'].map(run))).toEqual(['any', 'any', 'any'])
    const alone = poolOf([scout.url])
    const refused = await alone.executeStep({ ...specOf('a'), agent: 'review' }, { signal: never() })
    expect(refused.output).toBe(`No worker took step a, so it was not started: ${scout.url} does not run the agent review`)
  })

  test('tells how its workers are', async () => {
    const goOn = gate()
    const busy = await ends.serve(
      executorOf(async (spec) => {
        await goOn.opened
        return outcomeOf(spec, 'ok')
      }),
      { capacity: 2, labels: ['gpu'], agents: ['explore'] },
    )
    const gone = await named('gone')
    await gone.close()
    const pool = poolOf([busy.url, gone.url])
    const unknown = { state: 'unconnected', running: 0, capacity: 0, labels: [], agents: undefined, failure: undefined }
    expect(pool.workers).toEqual([
      { ...unknown, url: busy.url },
      { ...unknown, url: gone.url },
    ])
    const running = outputOf(pool, 'a')
    await expect.poll(() => busy.steps).toBe(1)
    const ready = { url: busy.url, state: 'connected', running: 1, capacity: 2, labels: ['gpu'], agents: ['explore'], failure: undefined }
    expect(pool.workers[0]).toEqual(ready)
    await expect
      .poll(() => pool.workers[1])
      .toMatchObject({ state: 'unconnected', failure: expect.stringContaining('ECONNREFUSED') as string })
    const drained = busy.drain()
    await expect.poll(() => pool.workers[0]?.state).toBe('draining')
    goOn.open()
    expect(await running).toBe('ok')
    await drained
  })

  test('gives no new step to a worker whose connection is lost, or that gives no sign of life, while another answers', async () => {
    const goOn = gate()
    const worker = await ends.serve(
      executorOf(async (spec) => {
        await goOn.opened
        return outcomeOf(spec, 'away')
      }),
      { capacity: 8 },
    )
    let silent = false
    const proxy = await ends.proxy(worker.url, (data) => ({ pieces: silent ? [] : [data] }))
    const system = manualHost()
    const other = await named('here', { capacity: 1 })
    const workers = [{ url: proxy.url, system, heartbeatMs: 1000, graceMs: 60_000 }, { url: other.url }]
    const pool = executorPool({ workers, labelsOf: ({ prompt }) => (prompt === 'warm up' ? ['nobody'] : []) })
    pools.push(pool)
    await outputOf(pool, 'warm up')
    const first = Array.from({ length: 2 }, (_, index) => outputOf(pool, `first ${index}`))
    await expect.poll(() => worker.steps).toBeGreaterThan(0)
    silent = true
    await system.clock.advance(2000)
    expect(pool.workers[0]?.state).toBe('restoring')
    const later = Array.from({ length: 8 }, (_, index) => outputOf(pool, `later ${index}`))
    expect(await Promise.all(later)).toEqual(later.map(() => 'here'))
    silent = false
    proxy.cutAll()
    goOn.open()
    await expect.poll(() => pool.workers[0]?.state).toBe('connected')
    expect(await Promise.all(first)).toContain('away')
  })

  test('goes on without a worker that cannot be reached, and fails in words when there is none', async () => {
    const gone = await named('gone')
    await gone.close()
    const here = await named('here')
    const pool = poolOf([gone.url, here.url])
    expect(await Promise.all(['a', 'b', 'c'].map((taskId) => outputOf(pool, taskId)))).toEqual(['here', 'here', 'here'])
    expect(await outputOf(poolOf([gone.url]), 'a')).toMatch(/^No worker took step a, so it was not started: .*ECONNREFUSED/)
    expect(await outputOf(poolOf([]), 'a')).toMatch(/the pool is empty$/)
  })

  test('moves the steps that a draining worker has not started', async () => {
    const goOn = gate()
    const started = gate()
    const draining = await ends.serve(
      executorOf(async (spec) => {
        started.open()
        await goOn.opened
        return outcomeOf(spec, 'draining')
      }),
      { capacity: 8 },
    )
    const pool = poolOf([draining.url, (await named('other', { capacity: 1, labels: ['other'] })).url], {
      labelsOf: ({ prompt }) => (prompt === 'warm up' ? ['other'] : []),
    })
    await outputOf(pool, 'warm up')
    const first = Array.from({ length: 4 }, (_, index) => outputOf(pool, String(index)))
    await started.opened
    const drained = draining.drain()
    expect(await outputOf(pool, 'late')).toBe('other')
    goOn.open()
    await drained
    expect(await Promise.all(first)).toContain('draining')
  })

  test.each([
    ['is reported and not run again', undefined, /^The worker at .* was closed: what the step did after its last event is not known$/],
    ['is run again elsewhere where the caller allows it', (): boolean => true, /^other$/],
  ])('a step that was lost with its worker %s', async (_what, rerunLost, output) => {
    const started = gate()
    const lost = await ends.serve(
      executorOf(async (spec) => {
        if (spec.prompt === 'first') return outcomeOf(spec, 'first')
        started.open()
        return new Promise(() => {})
      }),
      { labels: ['first'] },
    )
    const other = await named('other', { labels: ['second'] })
    const labelsOf = ({ prompt }: { readonly prompt: string }): string[] => (prompt === 'a' ? [] : [prompt])
    const pool = poolOf([lost.url, other.url], { labelsOf, ...(rerunLost && { rerunLost }) })
    await Promise.all([outputOf(pool, 'first'), outputOf(pool, 'second')])
    const running = outputOf(pool, 'a')
    await started.opened
    await lost.close()
    expect(await running).toMatch(output)
  })

  test('a step can be cancelled while it waits for a place', async () => {
    const goOn = gate()
    const busy = await ends.serve(
      executorOf(async (spec) => {
        await goOn.opened
        return outcomeOf(spec, 'ok')
      }),
      { capacity: 1 },
    )
    const pool = poolOf([busy.url])
    const first = outputOf(pool, 'first')
    await expect.poll(() => busy.steps).toBe(1)
    const controller = new AbortController()
    const waiting = pool.executeStep(specOf('waiting'), { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    goOn.open()
    expect(await first).toBe('ok')
  })

  test('what gives no list of labels fails its step in words, and a pool without workers is refused', async () => {
    const { url } = await ends.serve(executorOf(async (spec) => outcomeOf(spec, 'ok')))
    const pool = poolOf([url], { labelsOf: () => 'gpu' as never })
    expect(await outputOf(pool, 'a')).toBe('What labelsOf gives is "gpu": give a list of texts')
    expect(() => executorPool({} as never)).toThrow('A pool needs a list of workers: give workers')
  })
})

test('one that was closed takes no more steps, says so, and leaves nothing that would end the process', async () => {
  const unheard: unknown[] = []
  const hear = (reason: unknown): void => void unheard.push(reason)
  process.on('unhandledRejection', hear)
  try {
    const pool = poolOf(['ws://127.0.0.1:9'])
    await pool.close()
    const outcome = await pool.executeStep(specOf('late'), { signal: never() })
    expect(outcome).toMatchObject({ status: 'failed', begun: false, code: 'executor_unavailable' })
    expect(outcome.output).toContain('was closed')
    await new Promise((resolve) => setImmediate(resolve))
    expect(unheard).toEqual([])
  } finally {
    process.off('unhandledRejection', hear)
  }
})
