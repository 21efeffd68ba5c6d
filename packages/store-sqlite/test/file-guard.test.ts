/** A file that is removed or replaced under a run: no effect begins that nobody would find again. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createAgent, openSession, policy, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

/** A run of two unsafe calls, the first of which does something to the file. */
async function runWhile(path: string, harm: () => void) {
  const effects: string[] = []
  const act = (name: string, work: () => void) => tool({ name, description: name, execute: () => (work(), effects.push(name), 'done') })
  const store = sqliteStore(path)
  const agent = createAgent({
    llm: scriptedLlm([[callOf('first')], [callOf('second')], 'done']),
    tools: [act('first', harm), act('second', () => {})],
    store,
    permissions: policy({ default: 'allow' }),
  })
  const session = await agent.session({ id: 's' })
  return { result: await (await session.send('go')).result, effects, session, store }
}

test('removed: the run fails in words, and nothing more begins', async () => {
  const path = fresh()
  const { result, effects } = await runWhile(path, () => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`)
  })
  expect(result).toMatchObject({ status: 'failed', error: { code: 'store_unavailable', retryable: false } })
  expect(String(result.status === 'failed' && result.error.message)).toMatch(/removed or replaced while it was open/)
  expect(effects).toEqual(['first'])
  expect(existsSync(path)).toBe(false)
})

test('replaced by another file: the same', async () => {
  const path = fresh()
  const { result, effects } = await runWhile(path, () => {
    renameSync(path, `${path}.old`)
    writeFileSync(path, '')
  })
  expect(result).toMatchObject({ status: 'failed', error: { code: 'store_unavailable' } })
  expect(effects).toEqual(['first'])
})

test('put back: another process goes on with what was stored', async () => {
  const path = fresh()
  const { result, store } = await runWhile(path, () => renameSync(path, `${path}.away`))
  expect(result.status).toBe('failed')
  renameSync(`${path}.away`, path)
  await store.close?.()
  const again = sqliteStore(path)
  expect((await (await openSession(again, 's')).state()).run?.status).toBe('executing')
  await again.close?.()
})
