/** The executor suite passes for a guarded function, and rejects every mutant by the case that is named. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { guardedExecutor } from '../../src/orchestration/guarded-executor.ts'
import { agentExecutorMutants } from '../../src/testing/agent-executor-mutants.ts'
import { agentExecutorSuite } from '../../src/testing/agent-executor-suite.ts'
import { runCase, runConformance } from '../../src/testing/conformance.ts'

runConformance(
  agentExecutorSuite,
  {
    name: 'a guarded function',
    create: () => ({
      through: async (handler) =>
        guardedExecutor({
          contract: 1,
          executeStep: (spec, { signal, onEvent }) => handler(spec, { signal, onEvent: (envelope) => onEvent?.(envelope) }),
        }),
    }),
  },
  { describe, test },
)

describe('the executor mutants', () => {
  test.concurrent.each(agentExecutorMutants.map((mutant) => [mutant.name, mutant.killedBy, mutant] as const))(
    '%s: killed by %s',
    async (_name, killedBy, mutant) => {
      const deadly = agentExecutorSuite.cases.find(({ id }) => id === killedBy)
      if (deadly === undefined) throw new Error(`no case ${killedBy}`)
      await expect(runCase(deadly, mutant)).rejects.toThrow(/./)
    },
    15_000,
  )

  test('leave no case without a mutant', () => {
    const killers = new Set(agentExecutorMutants.map(({ killedBy }) => killedBy))
    expect(agentExecutorSuite.cases.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
  })
})

test('the contract of the port cites every case, and only those', () => {
  const port = readFileSync(new URL('../../src/ports/agent-executor.ts', import.meta.url), 'utf8')
  const cited = [...port.matchAll(/\[([^\]]*executor\.[^\]]*)\]/g)].flatMap(([, ids = '']) => ids.split(', '))
  expect(cited.toSorted()).toEqual(agentExecutorSuite.cases.map(({ id }) => id).toSorted())
})
