/**
 * What a policy lets through that allows everything but one folder is run for real in a sandbox, and leaves that folder as it is, and
 * what is in it unsaid. `SEAMFOLD_HUNT=<seconds>` hunts for so long, with other seeds than the fixed one.
 */
import { describe, expect, test } from 'vitest'
import { chance } from './hunt/chance.ts'
import { runForReal } from './hunt/for-real.ts'
import { FILE_COMMANDS, FILE_PROGRAMS, fileVocabulary, huntPaths, runLetThrough, sweepPaths } from './hunt/paths.ts'
import { temporaryDirectory } from './support.ts'
import { noSandbox } from './support-sandbox.ts'

const HUNT_SECONDS = Number(process.env.SEAMFOLD_HUNT ?? 0)
const START = HUNT_SECONDS > 0 ? Date.now() % 1_000_000 : 1

/** What each does to the secret. */
const HARM = [
  ['rm secret/tracked.txt', 'changes'],
  ['gzip pub/*/tracked.txt', 'changes'],
  ['git checkout -q side', 'changes'],
  ['tar xf arch.tar', 'changes'],
  ['patch -p1 < x.patch', 'changes'],
  ['cat secret/key.txt', 'shows'],
  ['cp secret/key.txt pub', 'shows'],
  ['mv secret moved', 'both'],
] as const
const NONE = ['ls secret', 'cat a.txt', 'cp a.txt pub/b', 'rm -r src', 'git status', 'chmod 0 src pub', 'git diff', 'git log -p']

describe.skipIf(noSandbox)('run for real', () => {
  test('what becomes of the folder is seen, and nothing else', { timeout: 60_000 }, async () => {
    const lines = [...HARM.map(([line]) => line), ...NONE]
    const found = await runForReal(temporaryDirectory(), { lines, harmless: [...FILE_PROGRAMS, 'git'], secret: true })
    expect(found.map(({ line, changed, shown }) => [line, changed.length > 0 ? (shown === true ? 'both' : 'changes') : 'shows'])).toEqual(
      HARM,
    )
  })

  test('lines that are let through beside a rule about a folder leave it alone', { timeout: 180_000 + HUNT_SECONDS * 2_000 }, async () => {
    const by = chance(START)
    const known = fileVocabulary(HUNT_SECONDS > 0 ? FILE_COMMANDS : Array.from({ length: 40 }, () => by.of(FILE_COMMANDS)))
    const end = Date.now() + HUNT_SECONDS * 1_000
    for (let seed = START; seed === START || Date.now() < end; seed++) {
      const { run, found } = await huntPaths(temporaryDirectory(), { seed, lines: HUNT_SECONDS > 0 ? 3_000 : 500, known })
      expect(run).toBeGreaterThan(100)
      expect({ seed, found }).toEqual({ seed, found: [] })
    }
  })

  test('nor does any option of a program, beside a file of the folder', { timeout: 180_000 }, async () => {
    const by = chance(START + 1)
    const all = [...sweepPaths(fileVocabulary(Array.from({ length: 15 }, () => by.of(FILE_COMMANDS))))]
    const { run, found } = await runLetThrough(
      temporaryDirectory(),
      Array.from({ length: 600 }, () => by.of(all)),
    )
    expect(run).toBeGreaterThan(50)
    expect(found).toEqual([])
  })
})
