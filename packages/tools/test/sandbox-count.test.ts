/** A sandbox whose processes nobody but the agent counts, tried for real. */
import type { SandboxStatus } from '@seamfold/tools'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory, textOf } from './support.ts'
import { inside, type Inside, noSandbox, status } from './support-sandbox.ts'

const OWN = process.pid

describe.skipIf(noSandbox || process.getuid?.() !== 0)(
  'processes that the kernel does not count, as those of root without control groups',
  () => {
    const uncounted = (root: string, processes: number): Inside =>
      inside(root, { limits: { processes } }, undefined, { ...status, limits: 'time' } as SandboxStatus)

    test('are counted from outside: a fork bomb ends long before its time', { timeout: 60_000 }, async () => {
      const result = await uncounted(temporaryDirectory(), 60).run(
        `bomb${OWN}() { bomb${OWN} | bomb${OWN} & }; bomb${OWN}; sleep 31`,
        30_000,
      )
      expect(result.isError).toBe(true)
      expect(textOf(result)).toContain('[The sandbox allows 60 processes]')
    })

    test('are left alone while they are few', async () => {
      const { text } = uncounted(temporaryDirectory(), 60)
      expect(await text('for i in $(seq 20); do sleep 0.3 & done; wait; echo done')).toContain('done')
    })
  },
)
