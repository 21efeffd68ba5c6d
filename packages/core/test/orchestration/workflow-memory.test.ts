/** What a workflow costs: memory that does not grow with what its steps said, work that does not grow with its history, no listener left. */
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { memoryStore, Workflow } from '../../src/index.ts'
import { executorOf, step, steps, turnEnd, tokens } from './steps.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`)

describe('10,000 steps in one workflow', () => {
  test('leave nothing of what they said in memory, but what their results say', async () => {
    const said: WeakRef<object>[] = []
    const executor = executorOf((spec, { onEvent }) => {
      const envelope = turnEnd(spec, tokens(1))
      said.push(new WeakRef(envelope))
      onEvent?.(envelope)
    })
    let heard = 0
    const workflow = new Workflow({ executor, store: memoryStore(), onStepEvent: () => void heard++ })
    const outcomes = await workflow.phase('large', steps(...ids(10_000)))
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect([outcomes.length, heard]).toEqual([10_000, 10_000])
    expect(said.filter((each) => each.deref() !== undefined).length).toBeLessThan(100)
    await workflow.close()
  })

  test('are stored in appends of what was said together, never read back and never written twice', async () => {
    const store = memoryStore()
    const counts = { appends: 0, records: 0, reads: 0 }
    const watched: typeof store = {
      ...store,
      append(key, records, options) {
        counts.appends++
        counts.records += records.length
        return store.append(key, records, options)
      },
      read(key, options) {
        counts.reads++
        return store.read(key, options)
      },
    }
    const workflow = new Workflow({ executor: executorOf(), store: watched, rootId: 'root' })
    for (const phase of ids(10)) await workflow.phase(phase, steps(...ids(1000)))
    await workflow.close()
    expect(counts.records).toBe(2 + 2 * 10_000)
    expect(counts.reads).toBe(1)
    expect(counts.appends).toBeLessThan(counts.records / 4)
  })
})

test('nothing is left on the signal of a workflow that was closed', async () => {
  const control = new AbortController()
  const workflow = new Workflow({ executor: executorOf(), signal: control.signal })
  await workflow.parallel([step('a', { timeoutMs: 1000 }), step('b')])
  expect(getEventListeners(workflow.signal, 'abort')).toHaveLength(0)
  await workflow.close()
  expect(getEventListeners(control.signal, 'abort')).toHaveLength(0)
})
