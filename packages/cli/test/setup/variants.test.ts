/** Promises of agents that differ from the one that they stand beside in a few settings. */
import { memoryStore } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { assembleVariants, type AgentVariants } from '../../src/setup/variants.ts'
import type { Settings } from '../../src/setup/settings.ts'
import { setUps } from '../playground/setup-variants.ts'

function variants(change: Partial<Settings>): AgentVariants {
  const [settings] = setUps('/work')
  if (settings === undefined) throw new Error('there is no set-up to vary')
  const options = { llm: scriptedLlm([]), store: memoryStore(), unanswered: 'suspend' } as const
  return assembleVariants({ options }, { ...settings, ...change }, { environment: {} })
}

const running = { toolName: 'bash', args: {}, accesses: [{ kind: 'exec', command: 'npm test' }] } as never

test('rules of a fork stand in front of those that there are, and one that is none is refused in words', async () => {
  const made = variants({ mode: 'full', rules: [{ allow: { tool: 'bash' } }] })
  expect((await made.make({})).permissions.judge(running).decision).toBe('allow')
  expect((await made.make({ rules: ['deny exec(npm test)'] })).permissions.judge(running).decision).toBe('deny')
  await expect(made.make({ rules: ['perhaps'] })).rejects.toThrow(/'perhaps' is not a rule/)
  await made.close()
})
