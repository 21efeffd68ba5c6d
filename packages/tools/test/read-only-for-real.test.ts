/**
 * What the read-only policy allows is run for real in a sandbox, and changes nothing. `SEAMFOLD_HUNT=<seconds>` hunts for so long, with
 * other seeds than the fixed one, and reads the manuals of this machine's programs for their options.
 */
import { describe, expect, test } from 'vitest'
import { chance } from './hunt/chance.ts'
import { runForReal } from './hunt/for-real.ts'
import { commands, harmless, hunt, judging, sweep, vocabulary } from './hunt/hunt.ts'
import { temporaryDirectory } from './support.ts'
import { noSandbox } from './support-sandbox.ts'

const HUNT_SECONDS = Number(process.env.SEAMFOLD_HUNT ?? 0)
const START = HUNT_SECONDS > 0 ? Date.now() % 1_000_000 : 1

/** Each changes or starts something, in a way of its own. */
const HARM = [
  'touch x',
  'evil',
  './evil',
  'echo x > pwned',
  'sort -o a.txt b.txt',
  'awk \'BEGIN{system("evil")}\'',
  "x='a[$(evil)]'; echo $((x))",
  'tar xf arch.tar',
  'git stash drop -q',
  'git add c.md',
  'cd vendor && git status',
  'git log --show-signature',
  'sed -i s/one/two/ b.txt',
  'setsid sh -c "sleep 0.1; evil" >/dev/null 2>&1 & sleep 0.3',
]

const some = <T>(list: readonly T[], count: number, seed: number): readonly T[] => {
  const by = chance(seed)
  return Array.from({ length: count }, () => by.of(list))
}

describe.skipIf(noSandbox)('run for real', () => {
  test('what changes or starts something is seen, and what only looks is not', { timeout: 60_000 }, async () => {
    const looks = ['ls', 'git status', 'git diff', 'cat a.txt | sort | uniq -c', 'sleep 9', 'while :; do :; done', 'ls & sleep 5 &']
    const changed = await runForReal(temporaryDirectory(), { lines: [...HARM, ...looks], harmless })
    expect(changed.map(({ line }) => line)).toEqual(HARM)
  })

  test('lines that the read-only policy allows change nothing, made at random', { timeout: 120_000 + HUNT_SECONDS * 2_000 }, async () => {
    const manuals = HUNT_SECONDS > 0
    const known = vocabulary(manuals ? commands : some(commands, 30, START), { manuals })
    const end = Date.now() + HUNT_SECONDS * 1_000
    for (let seed = START; seed === START || Date.now() < end; seed++) {
      const { run, changed } = await hunt(temporaryDirectory(), { seed, lines: manuals ? 10_000 : 1_200, known })
      expect(run).toBeGreaterThan(200)
      expect({ seed, changed }).toEqual({ seed, changed: [] })
    }
  })

  test('nor does any option of a program, with values that would write or run something', { timeout: 120_000 }, async () => {
    const isAllowed = judging()
    const all = [...sweep(vocabulary(some(commands, 15, START + 1), { manuals: false }))]
    const lines: string[] = []
    for (const line of some(all, 500, START + 2)) if (await isAllowed(line)) lines.push(line)
    expect(lines.length).toBeGreaterThan(50)
    expect(await runForReal(temporaryDirectory(), { lines: [...new Set(lines)], harmless })).toEqual([])
  })
})
