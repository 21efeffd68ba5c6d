/** File names are recognised by people, and no two keys share one on any file system. */
import { readdirSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileName, plainKey } from '../src/file-name.ts'
import { jsonlStore } from '../src/index.ts'
import { collect } from './reading.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

test('a plain key is its name, and any other is shown as far as it can be', () => {
  expect(fileName('journal/fix-auth')).toBe('journal.fix-auth')
  expect(fileName('inbox/session-3f2a9c')).toBe('inbox.session-3f2a9c')
  expect(fileName('journal/Fix Auth')).toMatch(/^journal-Fix-Auth~[0-9a-f]{32}$/)
  expect(fileName('journal/ключ')).toMatch(/^journal-ключ~[0-9a-f]{32}$/)
  expect(fileName('../../etc/passwd')).toMatch(/^etc-passwd~[0-9a-f]{32}$/)
  expect(fileName('😀')).toMatch(/^key~[0-9a-f]{32}$/)
  expect(fileName('')).toMatch(/^key~[0-9a-f]{32}$/)
})

test('the name of a key is pinned: another one would lose every log', () => {
  expect(fileName('A')).toBe('A~e61c21ca716b3b1aefb7d1198f83679c')
})

/** What file systems make of a name: some take no notice of case, some of how accents are written. */
const folded = (name: string): string => name.normalize('NFD').toLowerCase().toUpperCase().normalize('NFC')

const letter = fc.constantFrom(
  'a',
  'A',
  'b',
  '/',
  '.',
  '-',
  '_',
  '~',
  ' ',
  'é',
  'e\u0301',
  'ß',
  'ss',
  'İ',
  'i',
  'ı',
  '\0',
  '\ud83d',
  '\ude00',
)
const key = fc.oneof(
  fc.array(letter, { maxLength: 6 }).map((letters) => letters.join('')),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('con', 'CON', 'con/x', 'nul', 'a'.repeat(100), 'a'.repeat(101), 'ключ'.repeat(100), '.lock', 'leases', '-rf'),
)

test('no two keys share a name, with case and accents folded', () => {
  const check = (one: string, other: string): void => {
    expect(folded(fileName(one)) === folded(fileName(other))).toBe(one === other)
  }
  fc.assert(fc.property(key, key, check), { numRuns: 20_000 })
})

test('every name is one that every file system takes, and a plain one tells its key', () => {
  const check = (each: string): void => {
    const name = fileName(each)
    expect(Buffer.byteLength(`${name}.jsonl`)).toBeLessThanOrEqual(255)
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(name).not.toMatch(/[\0-\x1f<>:"/\\|?*\ud800-\udfff]|^[-~. ]|[. ]$/)
    expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i)
    expect(plainKey(name)).toBe(name.includes('~') ? undefined : each)
  }
  fc.assert(fc.property(key, check), { numRuns: 5_000 })
})

test('the folder holds one file a log, and the lock', async () => {
  const folder = fresh()
  const store = jsonlStore(folder)
  const keys = ['journal/one', 'inbox/one', 'journal/One', '']
  for (const each of keys) await store.append(each, ['a', 'b'], { expected: 0 })
  expect(readdirSync(folder).filter((name) => name !== '.lock')).toHaveLength(keys.length)
  await store.delete('journal/One')
  expect(readdirSync(folder).filter((name) => name !== '.lock')).toHaveLength(keys.length - 1)
  expect((await collect(store.keys())).toSorted()).toEqual(['', 'inbox/one', 'journal/one'])
  await store.close?.()
})
