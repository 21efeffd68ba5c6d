/** Journals that releases have written stay readable: every one folds to what it folded to when it was written. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createAgent, importSession, memoryStore, openSession, storedSessions, verifySession } from '../../src/index.ts'
import type { Json } from '../../src/kit.ts'
import { FACT_KINDS } from '../../src/journal/fact-types.ts'
import { scriptedLlm } from '../../src/testing.ts'
import { toFolds, toJson, toLines, toStore } from './journals.ts'
import { play, scenes } from './scenes.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const filesOf = (version: string): string[] => readdirSync(new URL(version, import.meta.url))

const versions = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** What folds of older corpora say today: since version 3 starts of calls tell what they passed. */
function asNow(fold: Json, version: number): Json {
  if (version >= 3 || typeof fold !== 'object' || fold === null) return fold
  if (Array.isArray(fold)) return fold.map((each: Json) => asNow(each, version))
  const fields = Object.fromEntries(Object.entries(fold).map(([name, value]) => [name, asNow(value, version)]))
  return 'idempotencyKey' in fold ? { ...fields, gates: 'unrecorded' } : fields
}

for (const version of versions) {
  describe(`what version ${version} wrote`, () => {
    const journals = filesOf(version).filter((name) => name.endsWith('.jsonl') && !name.endsWith('.export.jsonl'))

    test.for(journals)('%s is read as it was written', async (name) => {
      const store = await toStore(read(`${version}/${name}`))
      expect(await toFolds(store)).toEqual(asNow(JSON.parse(read(`${version}/${name.replace(/l$/, '')}`)) as Json, Number(version)))
      // Reading has changed nothing.
      expect(await toLines(store)).toBe(read(`${version}/${name}`))
    })

    test.for(journals)('sessions in %s go on', async (name) => {
      const store = await toStore(read(`${version}/${name}`))
      for await (const id of storedSessions(store)) {
        const session = await createAgent({ llm: scriptedLlm(['all right', 'all right']), store }).session({ id, create: false })
        await (
          await session.resume()
        )?.result
        await session.cancel()
        expect(await (await session.send('And now?')).result).toMatchObject({ status: 'completed', text: 'all right' })
        expect((await verifySession(store, id)).problem).toBeUndefined()
      }
    })

    test.for(filesOf(version).filter((name) => name.endsWith('.export.jsonl')))('%s is imported', async (name) => {
      const store = memoryStore()
      const { id } = await importSession(store, read(`${version}/${name}`).split('\n'))
      const folds = JSON.parse(read(`${version}/branches.json`)) as Record<string, { state: Json }>
      expect(toJson(await (await openSession(store, id)).state())).toEqual(asNow(folds[id]?.state ?? null, Number(version)))
    })
  })
}

const typesIn = (lines: string): string[] => [...lines.matchAll(/\{\\"t\\":\\"(\w+)\\"/g)].map(([, type]) => type ?? '')

test('the newest corpus holds every fact that this version writes: a new fact needs a scene, and the corpus is written anew before a release', () => {
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0] ?? ''
  const written = filesOf(newest).flatMap((name) => typesIn(read(`${newest}/${name}`)))
  expect([...new Set(written)].toSorted()).toEqual(Object.keys(FACT_KINDS).toSorted())
})

test.for(scenes)('the scene $name still plays, and leaves journals that verify', async (scene) => {
  const store = await play(scene)
  for await (const id of storedSessions(store)) expect((await verifySession(store, id)).problem).toBeUndefined()
})

/** Which fields the records of each type have, in the header and in the payload. */
const fieldsIn = (lines: string): Record<string, string[]> => {
  const fields: Record<string, Set<string>> = {}
  for (const line of lines.trimEnd().split('\n')) {
    const { key, record } = JSON.parse(line) as { key: string; record: string }
    if (!key.startsWith('journal/')) continue
    const [header = {}, payload = {}] = record.split('\n').map((part) => JSON.parse(part) as Record<string, unknown>)
    const known = (fields[String(payload['type'])] ??= new Set())
    for (const name of [...Object.keys(header).map((each) => `header.${each}`), ...Object.keys(payload)]) known.add(name)
  }
  return Object.fromEntries(Object.entries(fields).map(([type, names]) => [type, [...names].toSorted()]))
}

test('this version writes the fields that the newest corpus has: others need a version of their own', async () => {
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0] ?? ''
  for (const scene of scenes) expect(fieldsIn(await toLines(await play(scene)))).toEqual(fieldsIn(read(`${newest}/${scene.name}.jsonl`)))
})
