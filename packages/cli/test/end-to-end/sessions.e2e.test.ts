/** Sessions are forked, rewound, compared, verified, exported, imported and redacted from the shell, as real processes. */
import { execFileSync } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, seamfold, temporaryFolder } from './command.ts'

const SECRET = 'sk-live-4711'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const at = (...words: readonly string[]): Promise<Ended> => seamfold(words, { cwd: folder.path })

/** What a command printed as JSON, after it has succeeded. */
const json = async (...words: readonly string[]): Promise<unknown[]> => {
  const { code, stdout, stderr } = await at(...words, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

type Fact = { readonly cursor: string; readonly event: { readonly type: string } }
const facts = async (session: string): Promise<Fact[]> => (await json('sessions', 'facts', session)) as Fact[]
const prompts = async (session: string): Promise<number> =>
  (await facts(session)).filter(({ event }) => event.type === 'agent_start').length

beforeAll(async () => {
  folder = await temporaryFolder()
  await cp(fileURLToPath(new URL('../../sample', import.meta.url)), folder.path, { recursive: true })
  for (const prompt of [`remember ${SECRET}`, 'what is this?'])
    expect((await at('run', '--yes', '--session', 'talk', '--quiet', prompt)).code).toBe(0)
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('sessions', () => {
  test('facts lists what happened, each with the name that the other commands take', async () => {
    const shown = await at('sessions', 'facts', 'talk')
    expect(shown.stdout).toMatch(/^ {2}\d+\.[0-9a-f]{12} +prompt +remember sk-live/m)
    expect(shown.stdout).toMatch(/^ {2}\d+\.[0-9a-f]{12} +completed /m)
    expect(shown.stdout).not.toContain('session claimed')
    expect((await at('sessions', 'facts', 'talk', '--all')).stdout).toContain('session claimed')
  })

  test('fork shares the past up to a fact, by its number; tree and diff show it', async () => {
    const [end] = (await facts('talk')).filter(({ event }) => event.type === 'agent_end')
    const number = end?.cursor.split('.')[0] ?? ''
    const forked = await at('sessions', 'fork', 'talk', '--at', number, '--id', 'branch')
    expect({ code: forked.code, stderr: forked.stderr }).toEqual({ code: 0, stderr: '' })
    expect(forked.stdout).toContain('seamfold run --session branch')
    expect(await prompts('branch')).toBe(1)
    const tree = await json('sessions', 'tree')
    expect(tree).toHaveLength(2)
    expect(tree).toContainEqual({ id: 'talk', metadata: {}, deleted: false })
    expect(tree).toContainEqual({ id: 'branch', parent: { id: 'talk', cursor: end?.cursor }, metadata: {}, deleted: false })
    expect((await at('sessions', 'tree')).stdout).toMatch(/^talk .*\n└─ branch {2}from \d+\./)
    const [diff] = (await json('sessions', 'diff', 'talk', 'branch')) as { shared: object; a: { beyond: Fact[] }; b: { beyond: Fact[] } }[]
    expect(diff?.shared).toMatchObject({ cursor: end?.cursor })
    expect(diff?.a.beyond.filter(({ event }) => event.type === 'agent_start')).toHaveLength(1)
    expect(diff?.b.beyond.map(({ event }) => event.type)).toEqual(['session_forked'])
    const shown = (await at('sessions', 'diff', 'talk', 'branch')).stdout
    expect(shown).toMatch(/Both begin with \d+ facts/)
    expect(shown).toMatch(/prompt +what is this\?/)
  })

  test('rewind takes prompts back, and the session goes on from there', async () => {
    await json('sessions', 'fork', 'talk', '--id', 'undone')
    const rewound = await at('sessions', 'rewind', 'undone', '--runs', '1')
    expect({ code: rewound.code, stderr: rewound.stderr }).toEqual({ code: 0, stderr: '' })
    expect(rewound.stdout).toContain('Files in the workspace are as they are now')
    expect(await prompts('undone')).toBe(1)
    expect(await prompts('talk')).toBe(2)
    expect((await at('run', '--yes', '--quiet', '--session', 'undone', 'and now?')).code).toBe(0)
    expect(await prompts('undone')).toBe(2)
  })

  test('export and import round-trip, to a file and through a pipe', async () => {
    const file = join(folder.path, 'talk.jsonl')
    const exported = await at('sessions', 'export', 'talk', '--output', file)
    expect(exported).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('talk.jsonl') })
    expect(await at('sessions', 'export', 'talk', '--output', file)).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') })
    const piped = await at('sessions', 'export', 'talk')
    expect(piped.stdout).toBe(await readFile(file, 'utf8'))
    expect((await at('sessions', 'import', file)).stderr).toContain("There is a session 'talk' already")
    expect(await at('sessions', 'import', file, '--id', 'copy')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('every one verified'),
    })
    const elsewhere = ['--store', join(folder.path, 'other.db')]
    const taken = await seamfold(['sessions', 'import', '-', ...elsewhere], { cwd: folder.path, input: piped.stdout })
    expect(taken.code).toBe(0)
    expect((await seamfold(['sessions', 'export', 'talk', ...elsewhere], { cwd: folder.path })).stdout).toBe(piped.stdout)
  })

  test('a damaged export is refused with its line, a missing one with its name', async () => {
    const { stdout } = await at('sessions', 'export', 'talk')
    const damaged = join(folder.path, 'damaged.jsonl')
    await writeFile(damaged, stdout.replace('what is this?', 'what was this?'))
    expect(await at('sessions', 'import', damaged, '--id', 'damaged')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Line \d+ .*Nothing was imported/),
    })
    expect(await at('sessions', 'show', 'damaged')).toMatchObject({ code: 2 })
    expect(await at('sessions', 'import', 'nowhere.jsonl')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nowhere.jsonl cannot be read'),
    })
  })

  test('redact shows first, then takes a secret out of the file for good', async () => {
    const journal = join(folder.path, '.seamfold', 'sessions.db')
    await json('sessions', 'fork', 'talk', '--id', 'keeper')
    const preview = await at('sessions', 'redact', 'talk', '--containing', SECRET)
    expect(preview).toMatchObject({ code: 2, stdout: expect.stringContaining('Nothing was done') })
    expect(await readFile(journal, 'latin1')).toContain(SECRET)
    const done = await seamfold(['sessions', 'redact', 'talk', '--containing', '-', '--yes'], { cwd: folder.path, input: `${SECRET}\n` })
    expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(/\d+ facts? of session talk redacted/)
    expect((await at('sessions', 'facts', 'keeper')).stdout).toMatch(/prompt +\[redacted\] \(redacted\)/)
    const verified = await json('sessions', 'verify', 'talk')
    expect(verified).toMatchObject([{ id: 'talk', redacted: expect.any(Number) }])
    expect((await at('run', '--yes', '--quiet', '--session', 'keeper', 'go on')).code).toBe(0)
    // The imported copy is another session: it still has it.
    expect((await at('sessions', 'redact', 'copy', '--containing', SECRET, '--yes')).code).toBe(0)
    expect(await readFile(journal, 'latin1')).not.toContain(SECRET)
  })

  test('verify names the first bad record, and says so with its exit code', async () => {
    expect((await at('sessions', 'verify')).code).toBe(0)
    await json('sessions', 'import', join(folder.path, 'talk.jsonl'), '--id', 'broken')
    const change = `const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync('.seamfold/sessions.db');
      db.exec("UPDATE seamfold_record SET record = replace(record, 'what is this?', 'what is that?') WHERE log = (SELECT id FROM seamfold_log WHERE key = 'journal/broken')")`
    execFileSync(process.execPath, ['-e', change], { cwd: folder.path, stdio: 'pipe' })
    const all = await at('sessions', 'verify')
    expect(all.code).toBe(1)
    expect(all.stdout).toMatch(/✗ broken {2}record \d+: the record is not the one that was written/)
    expect(all.stdout).toMatch(/✓ talk {2}\d+ records, \d+ of them redacted/)
  })

  test('what is missing or wrong is told with the way out', async () => {
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [['sessions', 'rewind', 'talk'], /--to <fact>.*--runs 1/],
      [['sessions', 'rewind', 'talk', '--runs', '9'], /the session has 2 prompts/],
      [['sessions', 'rewind', 'talk', '--runs', '1', '--to', '2'], /give one of the two/],
      [['sessions', 'fork', 'talk', '--at', '9999'], /no fact 9999 that counts; its last is \d+\./],
      [['sessions', 'fork', 'talk', '--id', 'branch'], /'branch' already/],
      [['sessions', 'diff', 'talk', 'nobody'], /no session 'nobody'/],
      [['sessions', 'redact', 'talk'], /Say which facts/],
      [['sessions', 'redact', 'talk', '--containing', 'never said'], /contains that text/],
    ]
    for (const [words, why] of refusals)
      expect(await at(...words)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(why) })
  })
})

describe('sessions delete', () => {
  test('shows first, then removes a session from the file for good, and leaves its forks whole', async () => {
    const journal = join(folder.path, '.seamfold', 'sessions.db')
    expect((await at('run', '--yes', '--session', 'gone', '--quiet', 'remember MARK-8152')).code).toBe(0)
    await json('sessions', 'fork', 'gone', '--id', 'kept')
    expect(await at('sessions', 'delete', 'gone')).toMatchObject({ code: 2, stdout: expect.stringMatching(/gone .*[^]*Nothing was done/) })
    expect(await json('sessions', 'delete', 'gone', '--yes')).toEqual([{ deleted: ['gone'], refused: [], artifacts: 0 }])
    expect((await at('sessions', 'show', 'gone')).code).toBe(2)
    expect(await prompts('kept')).toBe(1)
    expect((await at('sessions', 'delete', 'kept', '--yes')).stdout).toContain('1 session deleted')
    expect((await readFile(journal, 'latin1')).includes('MARK-8152')).toBe(false)
  })

  test('takes those that were not used for so long, refuses what is not finished, and words that mean nothing', async () => {
    expect((await at('sessions', 'delete', '--older-than', '1')).stdout).toContain('There is no such session')
    expect((await at('run', '--session', 'unfinished', '--quiet', 'make the failing test pass')).code).toBe(3)
    expect(await at('sessions', 'delete', 'unfinished', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') })
    expect((await at('sessions', 'delete', 'unfinished', '--yes', '--force')).code).toBe(0)
    for (const words of [[], ['talk', '--older-than', '3'], ['--older-than', 'soon'], ['nobody']])
      expect((await at('sessions', 'delete', ...words)).code).toBe(2)
  })
})

describe('runs check', () => {
  test('says whether a run that waits can go on, and under which other conditions, and runs nothing', async () => {
    expect((await at('runs', 'check')).stdout).toContain('Nothing is unfinished')
    expect((await at('run', '--session', 'waits', '--quiet', 'make the failing test pass')).code).toBe(3)
    const before = await facts('waits')
    expect(await json('runs', 'check')).toMatchObject([{ sessionId: 'waits', status: 'suspended', canGoOn: true, changed: [] }])
    const changed = await at('runs', 'check', '--permissions', 'full')
    expect(changed).toMatchObject({ code: 0, stdout: expect.stringMatching(/! waits .*can go on, and not as it was started/) })
    expect(changed.stdout).toContain('other permissions')
    expect(await facts('waits')).toEqual(before)
  })
})
