/** The hook suite passes for `hooks({…})`, and rejects every mutant by the case that is named. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hookNames, hooks } from '../../src/session/define-hooks.ts'
import { runCase, runConformance } from '../../src/testing/conformance.ts'
import { hookExecutorMutants } from '../../src/testing/hook-executor-mutants.ts'
import { hookExecutorSuite } from '../../src/testing/hook-executor-suite.ts'

runConformance(
  hookExecutorSuite,
  {
    name: 'hooks({…})',
    create: () => ({
      through: async (handler) => hooks(Object.fromEntries(hookNames.map((name) => [name, handler]))),
    }),
  },
  { describe, test },
)

describe('the hook mutants', () => {
  test.concurrent.each(hookExecutorMutants.map((mutant) => [mutant.name, mutant.killedBy, mutant] as const))(
    '%s: killed by %s',
    async (_name, killedBy, mutant) => {
      const deadly = hookExecutorSuite.cases.find(({ id }) => id === killedBy)
      if (deadly === undefined) throw new Error(`no case ${killedBy}`)
      await expect(runCase(deadly, mutant)).rejects.toThrow(/./)
    },
    15_000,
  )

  test('leave no case without a mutant', () => {
    const killers = new Set(hookExecutorMutants.map(({ killedBy }) => killedBy))
    expect(hookExecutorSuite.cases.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
  })
})

test('the contract of the port cites every case, and only those', () => {
  const port = readFileSync(new URL('../../src/ports/hook-executor.ts', import.meta.url), 'utf8')
  const cited = [...port.matchAll(/\[([^\]]*hook\.[^\]]*)\]/g)].flatMap(([, ids = '']) => ids.split(', '))
  expect(cited.toSorted()).toEqual(hookExecutorSuite.cases.map(({ id }) => id).toSorted())
})
