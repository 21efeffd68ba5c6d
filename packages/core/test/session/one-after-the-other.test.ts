/** What is said in the very moment in which something else was stored is stored too. */
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import { Journal } from '../../src/journal/journal.ts'
import { systemHost } from '../../src/kit.ts'
import { WorkflowLog } from '../../src/orchestration/workflow-log.ts'

test('a journal stores what is appended right after an append', async () => {
  const journal = await Journal.open({ store: memoryStore(), host: systemHost(), sessionId: 's' })
  for (let turn = 1; turn <= 5; turn++) await journal.append([{ type: 'turn_start', turn, attempt: 1 }], 'r', { sync: true })
  expect(journal.state.length).toBe(5)
})

test('a journal stores what is appended by whoever hears of an append, in whichever moment', async () => {
  const journal = await Journal.open({ store: memoryStore(), host: systemHost(), sessionId: 's' })
  for (let ticks = 0; ticks < 12; ticks++) {
    const first = journal.append([{ type: 'turn_start', turn: 2 * ticks + 1, attempt: 1 }], 'r')
    const second = (async () => {
      await first
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
      await journal.append([{ type: 'turn_start', turn: 2 * ticks + 2, attempt: 1 }], 'r')
    })()
    await second
  }
  expect(journal.state.length).toBe(24)
})

test('the log of a workflow stores what is appended right after an append', async () => {
  const store = memoryStore()
  const { signal } = new AbortController()
  const log = await WorkflowLog.open({ store, leases: undefined, rootId: 'w', host: systemHost(), signal, onLost: () => {} })
  for (let at = 0; at < 5; at++)
    await log.append({ type: 'step_start', key: `${at}`, identity: 'i', attempt: 1, sessionId: 's', at }, { sync: true })
  const stored: string[] = []
  for await (const { record } of store.read(log.key)) stored.push(record)
  expect(stored).toHaveLength(6)
})
