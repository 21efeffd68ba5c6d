/** No kill loses anything or repeats an effect, with and without loss of power; and where something is wrong, the matrix says so. */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  crashMatrix,
  type CrashMatrixOptions,
  type CrashMatrixResult,
  type CrashScenario,
  formatMatrices,
} from '@seamfold/core/testing/node'
import { scenarios } from '../src/scenarios/index.ts'
import { singleTool } from '../src/scenarios/single-tool.ts'
import * as broken from './broken-scenarios.ts'

/** Every how many places the subset is cut; `pnpm crash-matrix` cuts at all of them. */
const APART = 8

const kills = ({ cuts }: CrashMatrixResult): number => cuts.reduce((sum, { killedAt }) => sum + killedAt.length, 0)

describe('a fast subset', () => {
  test.for(scenarios.map((scenario, index) => [scenario.name, index % 2 === 1, scenario] as const))(
    '%s, with loss of power: %s',
    async ([, powerLoss, scenario]) => {
      const result = await crashMatrix(scenario, { powerLoss, every: scenario.prompts.length > 1 ? 5 * APART : APART, again: 1 })
      expect(result.violations).toEqual([])
      expect(kills(result)).toBeGreaterThan(4)
    },
  )

  test('one scenario whole: every place is one that the process was killed at', async () => {
    const result = await crashMatrix(singleTool, { powerLoss: true })
    expect(result.violations).toEqual([])
    expect(result.cuts).toHaveLength(result.places)
    expect(kills(result)).toBe(result.places)
    expect(new Set(result.cuts.flatMap(({ killedAt }) => killedAt))).toContain('right after the effect of pay')
    expect(formatMatrices([result])).toMatch(/^one unsafe call +power loss +\d+ +\d+ +\d+ +0$/m)
  })

  test('a run that is killed at the same place again and again ends', async () => {
    const result = await crashMatrix(singleTool, { every: 7, again: 13, againAt: 5 })
    expect(result.violations).toEqual([])
    const longest = Math.max(...result.cuts.map(({ killedAt }) => killedAt.length))
    expect(longest).toBeGreaterThan(9)
    expect(longest).toBeLessThan(13)
  })
})

/** What the matrix says of a broken scenario, with the folders and processes that it left removed. */
async function objections(scenario: CrashScenario, options: CrashMatrixOptions = {}): Promise<string> {
  const { cuts, violations } = await crashMatrix(scenario, options)
  for (const { directory } of cuts) if (directory !== undefined) rmSync(dirname(directory), { recursive: true, force: true })
  const words = violations.join('\n')
  for (const [, ids = ''] of words.matchAll(/processes ([\d, ]+) outlived/g)) for (const id of ids.split(', ')) process.kill(Number(id))
  return words
}

describe('what is wrong is found:', () => {
  test.for<readonly [string, CrashScenario, CrashMatrixOptions, RegExp]>([
    [
      broken.neverSynced.name,
      broken.neverSynced,
      { powerLoss: true, every: 5 },
      /the store promised \d+ records of journal\S* and has \d+/,
    ],
    [broken.hasty.name, broken.hasty, { every: 3 }, /the store promised \d+ records of \S+ and has \d+/],
    [broken.blind.name, broken.blind, { every: 7 }, /nobody who looks for unfinished runs finds it/],
    [broken.ignoresKeys.name, broken.ignoresKeys, { every: 2 }, /call \S+ of 'work' \(keyed\) took effect 2 times/],
    [
      broken.liesInItsProbe.name,
      broken.liesInItsProbe,
      { every: 2 },
      /call \S+ of 'work' \(unsafe\) is reported done and never took effect/,
    ],
    [
      broken.deniesWhatItDid.name,
      broken.deniesWhatItDid,
      { every: 2 },
      /call \S+ of 'work' \(unsafe\) took effect and is reported as one that did not run/,
    ],
    [broken.leavesAProcess.name, broken.leavesAProcess, { every: 2 }, /processes \d+ outlived process 1, which was their agent's/],
    [
      broken.changesItsMind.name,
      broken.changesItsMind,
      { every: 2 },
      /the state differs from an uninterrupted run's: .*worked in process 1.* became .*worked in process 2/,
    ],
  ])('%s', async ([, scenario, options, words]) => {
    expect(await objections(scenario, options)).toMatch(words)
  })

  test('a scenario that breaks without being killed', async () => {
    await expect(crashMatrix(broken.neverEnds)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/does not come to its end even when nobody kills it: .*exit code 7/) as string,
    })
  })

  test('a scenario that its module does not export', async () => {
    await expect(crashMatrix({ ...singleTool, name: 'nobody knows it' })).rejects.toThrow(/exports no scenario called 'nobody knows it'/)
  })
})
