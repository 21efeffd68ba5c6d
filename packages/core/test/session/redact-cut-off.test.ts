/** A redaction that is cut off half-way is finished by the next one, and claims nothing before it is done. */
import { expect, test } from 'vitest'
import { memoryStore, redactFacts, verifySession } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf } from '../../src/testing.ts'
import { inStore, redactAll, SECRET } from './secrets.ts'
import { agentOn, cursorOf } from './sessions.ts'

/** A session whose inbox and journal hold the secret, and its store that dies where the one or the other is rewritten. */
async function answeredSession(dies: 'inbox' | 'journal') {
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
      key.startsWith(`${dies}/`) ? Promise.reject(new Error('died')) : (store.replace?.(key, changes) ?? Promise.resolve()),
  }
  return { store, dying, at: [await cursorOf(session, 'confirmation_received')] }
}

test.each([
  ['a redaction that is cut off between inbox and journal is finished by the next', 'journal'],
  ['the journal does not say that it was redacted while the inbox still has the words', 'inbox'],
] as const)('%s', async (_, dies) => {
  const { store, dying, at } = await answeredSession(dies)
  await expect(redactFacts(dying, 's', { at })).rejects.toThrow('died')
  expect(await verifySession(store, 's')).toMatchObject({ redacted: 0 })
  await redactAll(store)
  expect(await inStore(store)).toBe(0)
})
