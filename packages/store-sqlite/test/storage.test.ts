/** Storage grows with what is said and no faster: the file of a long session is hardly larger than its facts. */
import { statSync } from 'node:fs'
import { createAgent, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { sqliteDatabase, sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

/** The file's bytes for each byte of the journal's records, of a session of so many turns. */
async function overhead(turns: number, output: number): Promise<{ readonly ratio: number; readonly bytes: number }> {
  const path = fresh()
  const database = sqliteDatabase(path, { durability: 'normal' })
  const store = sqliteStore(database)
  const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'o'.repeat(output) })
  const script = Array.from({ length: turns - 1 }, (_, turn) => [
    { type: 'text' as const, text: `In turn ${turn} I look at it once more. ` },
    callOf('look', { path: `src/file-${turn}.ts` }, `call-${turn}`),
  ])
  const llm = scriptedLlm([...script, 'done'], { chunk: 1_000 })
  const agent = createAgent({ llm, tools: [look], store, budget: { perRun: { turns: turns + 1 } } })
  const session = await agent.session({ id: 's' })
  await (await session.send('Look at everything.')).completed()
  await agent.close()
  let bytes = 0
  for await (const { record } of store.read('journal/s')) bytes += Buffer.byteLength(record)
  await database.close()
  return { ratio: statSync(path).size / bytes, bytes }
}

test('a session of 500 turns takes at most one and a half times the bytes of its facts', { timeout: 60_000 }, async () => {
  for (const output of [20, 400, 5_000]) expect((await overhead(500, output)).ratio).toBeLessThan(1.5)
})

test('twice the turns take twice the room', { timeout: 60_000 }, async () => {
  const [half, whole] = [await overhead(250, 400), await overhead(500, 400)]
  expect(whole.bytes / half.bytes).toBeLessThan(2.1)
  expect((whole.ratio * whole.bytes) / (half.ratio * half.bytes)).toBeLessThan(2.2)
})
