/** Commands, web services and combinations keep every promise of the hook port, and let the suite see what breaks them. */
import { hookExecutorMutants, hookExecutorSuite, type HookSubject, runConformance } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { combinedCandidate, commandCandidate, httpCandidate } from './subjects.ts'

for (const candidate of [commandCandidate, httpCandidate, combinedCandidate])
  runConformance(hookExecutorSuite, candidate, { describe, test })

/** What an adapter sets right by itself, whoever is behind it. */
const HEALED = new Set([
  'makes a decision of a broken report', // what only observes has no decision
  'rejects with an error of its own', // whoever cancelled has the reason
  'asks though cancelled', // nobody is reached
])

/** The mutant behind the adapter. */
const behind = (adapter: HookSubject, mutant: HookSubject): HookSubject => ({
  through: async (handler) => {
    const inner = await mutant.through(handler)
    return adapter.through((event, options) => inner.fire(event, options))
  },
})

describe.each([httpCandidate, combinedCandidate])('$name', (adapter) => {
  test.each(hookExecutorMutants.map((mutant) => [mutant.name, mutant] as const))(
    'behind which something %s',
    async (name, mutant) => {
      const deadly = hookExecutorSuite.cases.find(({ id }) => id === mutant.killedBy)
      const subject = await adapter.create()
      const judged = deadly?.run(behind(subject, await mutant.create())).then(
        () => 'passes',
        () => 'fails',
      )
      expect(await judged).toBe(HEALED.has(name) ? 'passes' : 'fails')
      await adapter.destroy?.(subject)
    },
    20_000,
  )
})
