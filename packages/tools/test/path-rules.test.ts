/** A rule that denies a path is passed by no command that names it in another way, however much else is allowed. */
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Decision, type Policy, policy, type Rule } from '@seamfold/core'
import { localWorkspace } from '@seamfold/tools'
import { describe, expect, test } from 'vitest'
import { shellAccess } from '../src/shell-grammar/shell-access.ts'
import { temporaryDirectory } from './support.ts'

type Corpus = Readonly<Record<string, readonly string[]>>
const corpus = (name: string): unknown => JSON.parse(readFileSync(new URL(`corpus/${name}.json`, import.meta.url), 'utf8'))

const { writes, reads } = corpus('path-rules') as { readonly writes: Corpus; readonly reads: Corpus }
const ordinary = Object.values(corpus('path-rules-ordinary') as Corpus).flat()

/** Ways to allow every command. */
const WIDE: Readonly<Record<string, (denies: readonly Rule[]) => Policy>> = {
  'the mode full': (rules) => policy({ mode: 'full', rules }),
  'a rule for exec': (rules) => policy({ rules: [{ allow: { access: 'exec' } }, ...rules], default: 'allow' }),
  'a rule for every command': (rules) => policy({ rules: [{ allow: { command: '*' } }, ...rules] }),
  'a rule for the tool': (rules) => policy({ rules: [{ allow: { tool: 'bash' } }, ...rules] }),
}

function judging(given: Policy): (line: string) => Promise<Decision> {
  const root = temporaryDirectory({
    'a.txt': '',
    'list.txt': '',
    'src/index.ts': '',
    'secret/key.txt': '',
    'secret/sub/x': '',
    'pub/x': '',
    afile: '',
  })
  symlinkSync('secret', join(root, 'away'))
  symlinkSync('../secret', join(root, 'pub/way'))
  symlinkSync('index.ts', join(root, 'src/other.ts'))
  const accessOf = shellAccess(localWorkspace(root))
  return async (line) => given.judge({ tool: 'bash', accesses: await accessOf(line) }).decision
}

const allowed = async (lines: readonly string[], given: Policy): Promise<readonly string[]> => {
  const judge = judging(given)
  const decisions = await Promise.all(lines.map(async (line) => ({ line, decision: await judge(line) })))
  return decisions.flatMap(({ line, decision }) => (decision === 'allow' ? line : []))
}

describe.each(Object.entries(WIDE))('beside %s', (_, wide) => {
  const [noWrites, noReads] = [
    wide([{ deny: { access: 'write', path: 'secret/**' } }]),
    wide([{ deny: { access: 'read', path: 'secret/**' } }]),
  ]

  test.each(Object.entries(writes))('what may not be written is not written by %s', async (_name, lines) => {
    expect(await allowed(lines, noWrites)).toEqual([])
  })

  test.each(Object.entries(reads))('what may not be read is not read by %s', async (_name, lines) => {
    expect(await allowed(lines, noReads)).toEqual([])
  })
})

test('ordinary commands beside such a rule are not hindered', async () => {
  const given = policy({ mode: 'full', rules: [{ deny: { access: 'write', path: 'secret/**' } }] })
  const through = await allowed(ordinary, given)
  expect(ordinary.filter((line) => !through.includes(line))).toEqual([])
})

test('nor are those that read, beside a rule over reads', async () => {
  const given = policy({ mode: 'full', rules: [{ deny: { access: 'read', path: 'secret/**' } }] })
  const through = await allowed(ordinary, given)
  expect(ordinary.filter((line) => !through.includes(line))).toEqual([])
})

test('a rule about one file in a folder is not passed by what moves or compares the folder', async () => {
  const root = temporaryDirectory({ 'secret/key.txt': '', 'secret/other': '', 'pub/x': '', 'a.txt': '' })
  const accessOf = shellAccess(localWorkspace(root))
  const given = policy({ mode: 'full', rules: [{ deny: { access: 'read', path: 'secret/*.txt' } }] })
  const decisions = [
    'mv secret pub',
    'git mv secret pub',
    'diff secret pub',
    'cp -r secret pub',
    'mv a.txt pub',
    'mv pub b',
    'diff a.txt pub/x',
  ].map(async (line) => given.judge({ tool: 'bash', accesses: await accessOf(line) }).decision)
  expect(await Promise.all(decisions)).toEqual(['ask', 'ask', 'ask', 'ask', 'allow', 'allow', 'allow'])
})

test('a rule about a place outside of the workspace is not passed through a link in it', async () => {
  const outside = temporaryDirectory({ 'key.txt': '' })
  const root = temporaryDirectory({ 'src/a.ts': '' })
  symlinkSync(outside, join(root, 'out'))
  symlinkSync(join(outside, 'key.txt'), join(root, 'src/key'))
  const accessOf = shellAccess(localWorkspace(root))
  const given = policy({ mode: 'full', rules: [{ deny: { path: `${outside}/**` } }] })
  const decisions = ['cat out/key.txt', 'cat src/key', 'cat src/*', 'echo x > out/new.txt', 'cat src/a.ts', 'grep -r x src'].map(
    async (line) => given.judge({ tool: 'bash', accesses: await accessOf(line) }).decision,
  )
  expect(await Promise.all(decisions)).toEqual(['ask', 'ask', 'ask', 'ask', 'allow', 'allow'])
})
