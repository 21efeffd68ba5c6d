/** What a call passed is said in lines, from the facts alone. */
import type { AgentEvent, CallGates } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { gateLines } from '../../src/render/gates.ts'

const start = (gates?: CallGates | 'unrecorded', attempt = 1): AgentEvent =>
  ({ type: 'tool_execution_start', name: 'bash', attempt, ...(gates === undefined ? {} : { gates }) }) as AgentEvent

describe('what a call passed', () => {
  test('is its hooks, its rule, its budgets, its waits and its sandbox, in that order', () => {
    const gates: CallGates = {
      hooks: [
        { name: 'paths', decision: 'continue', changed: ['path', 'mode'] },
        { name: 'guard', decision: 'silent' },
        { decision: 'continue' },
      ],
      rule: { rule: { allow: { tool: 'bash' } }, layer: 'user', file: 'p.json', line: 3 },
      budgets: [{ name: 'day', workMs: 20_000 }, {}],
      lane: { name: 'execute', waitedMs: 1_500 },
      sandbox: 'bubblewrap',
    }
    expect(gateLines(start(gates))).toEqual([
      'bash: hook paths replaced path, mode',
      'bash: hook guard had nothing to say',
      'bash: a hook let it go on',
      'bash: allowed by {"allow":{"tool":"bash"}} (user, p.json:3)',
      'bash: budget day: one call and 20.0 s of work set aside',
      'bash: budget without a name: one call set aside',
      'bash: lane execute: waited 1.5 s',
      'bash: in the sandbox bubblewrap',
    ])
  })

  test('is the default where no rule decided, and unknown where an older version wrote it', () => {
    expect(gateLines(start())).toEqual(["bash: let through by the policy's default: no rule decided"])
    expect(gateLines(start('unrecorded'))).toEqual(['bash: an older version wrote this, and did not tell what it passed'])
  })

  test('of another attempt is why there is one', () => {
    const gates: CallGates = {
      hooks: [{ decision: 'continue' }],
      lane: { name: 'query', after: { error: 'the line was cut', delayMs: 200 } },
    }
    expect(gateLines(start(gates, 2))).toEqual(['bash: attempt 2, 200 ms after: the line was cut', 'bash: lane query'])
  })

  test('hides no control characters in a name or a reason', () => {
    const event = { type: 'tool_end', name: 'bash', metadata: { hooks: [{ name: 'a\u001b[2J', decision: 'block', reason: 'no\n' }] } }
    expect(gateLines(event as unknown as AgentEvent).join('')).not.toMatch(/\p{Cc}/u)
  })
})
