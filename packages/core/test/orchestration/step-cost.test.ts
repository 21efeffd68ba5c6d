/** A step that has no limit of its own pays for none: what every step makes is counted, not timed. */
import { afterEach, expect, test, vi } from 'vitest'
import { executeStepsParallel } from '../../src/orchestration/combinators.ts'
import { stepOutcome, stepSpec } from '../../src/testing/agent-executor-fixtures.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

test('a hundred steps without a limit make no signal each', async () => {
  let made = 0
  vi.stubGlobal(
    'AbortController',
    class extends AbortController {
      constructor() {
        super()
        made++
      }
    },
  )
  const steps = Array.from({ length: 100 }, (_, index) => stepSpec(`step-${index}`))
  const outcomes = await executeStepsParallel({ contract: 1, executeStep: async (spec) => stepOutcome(spec, 'ok') }, steps)
  expect(outcomes).toHaveLength(100)
  expect(made).toBeLessThan(10)
})
