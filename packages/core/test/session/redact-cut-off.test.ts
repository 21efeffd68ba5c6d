/** A redaction that is cut off half-way is finished by the next one, and claims nothing before it is done. */
import { expect, test } from 'vitest'
import { memoryStore, redactFacts, verifySession } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf } from '../../src/testing.ts'
import { inStore, redactAll, SECRET } from './secrets.ts'
import { agentOn, cursorOf } from './sessions.ts'

test('a redaction that is cut off between inbox and journal is finished by the next', async () => {
  const store = memoryStore()
  const session = await agentOn(store, [[callOf('change')], 'done']).session({ id: 's' })
  await (
    await session.send('go')
  ).result
  const [waiting] = await session.waitingFor()
  await session.answer(waiting?.requestId ?? '', { decision: 'reject', message: SECRET })
  await (
    await session.resume()
  )?.result
  const cursor = await cursorOf(session, 'confirmation_received')
  const dying: SessionStore = {
    ...store,
    replace: (key, changes) =>
      key.startsWith('journal/') ? Promise.reject(new Error('died')) : (store.replace?.(key, changes) ?? Promise.resolve()),
  }
  await expect(redactFacts(dying, 's', { at: [cursor] })).rejects.toThrow('died')
  expect(await verifySession(store, 's')).toMatchObject({ redacted: 0 })
  await redactAll(store)
  expect(await inStore(store)).toBe(0)
})

test('the journal does not say that it was redacted while the inbox still has the words', async () => {
  const store = memoryStore()
  const session = await agentOn(store, [[callOf('change')], 'done']).session({ id: 's' })
  await (
    await session.send('go')
  ).result
  const [waiting] = await session.waitingFor()
  await session.answer(waiting?.requestId ?? '', { decision: 'reject', message: SECRET })
  await (
    await session.resume()
  )?.result
  const dying: SessionStore = {
    ...store,
    replace: (key, changes) =>
      key.startsWith('inbox/') ? Promise.reject(new Error('died')) : (store.replace?.(key, changes) ?? Promise.resolve()),
  }
  const at = [await cursorOf(session, 'confirmation_received')]
  await expect(redactFacts(dying, 's', { at })).rejects.toThrow('died')
  expect(await verifySession(store, 's')).toMatchObject({ redacted: 0 })
  await redactAll(store)
  expect(await inStore(store)).toBe(0)
})
