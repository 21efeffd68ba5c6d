/** What an executor promises about outcomes. */
import { AgentError } from '../base/errors.ts'
import type { AgentStepSpec, StepOutcome } from '../model/step.ts'
import { gate, neverAborted, stepOutcome, stepSpec, within, type ExecutorSubject } from './agent-executor-fixtures.ts'
import { assert, assertEqual } from './assert.ts'
import type { Case } from './conformance.ts'

const signal = neverAborted()
/** Steps at once, where an executor says that more would make sense. */
const MANY = 300

export const outcomeCases: readonly Case<ExecutorSubject>[] = [
  {
    id: 'executor.outcome',
    title: 'the spec and the outcome arrive whole',
    async run({ through }) {
      const spec: AgentStepSpec = {
        ...stepSpec('whole', 'look — “é😀”\u2028\u0000'),
        maxSteps: 3,
        parentSessionId: 'parent',
        outputSchema: { type: 'object' },
        authority: {
          deadline: 9_999_999_999_999,
          depth: 2,
          budget: { tokens: 9000 },
          policies: [{ mode: 'read-only', rules: [{ deny: { tool: 'b*' } }] }],
        },
      }
      const far = gate<unknown>()
      const full: StepOutcome = {
        ...stepOutcome(spec, 'done — “é😀”\u2028\u0000'),
        structured: { list: [1, null, { deep: [[]] }], empty: '' },
      }
      const executor = await through(async (received) => {
        far.open(received)
        return full
      })
      assertEqual(await within(executor.executeStep(spec, { signal }), 'the outcome'), full, 'the outcome')
      assertEqual(await far.opened, spec, 'the spec on the far side')
    },
  },
  {
    id: 'executor.outcome_large',
    title: 'an outcome of a million characters arrives whole',
    async run({ through }) {
      const executor = await through(async (received) => stepOutcome(received, 'é'.repeat(1_000_000)))
      const outcome = await within(executor.executeStep(stepSpec('large'), { signal }), 'the outcome')
      assert(outcome.output === 'é'.repeat(1_000_000), `expected 1000000 characters, got ${outcome.output.length}`)
    },
  },
  {
    id: 'executor.suspended',
    title: 'a suspended step says what it waits for',
    async run({ through }) {
      const spec = stepSpec('waits')
      const place = { callId: '4/0', sessionId: 'session', runId: 'run' }
      const request = { requestId: 'r1', kind: 'confirmation', toolName: 'write', args: { path: 'a' }, reason: 'writes', ...place } as const
      const suspended: StepOutcome = {
        ...stepOutcome(spec, ''),
        success: false,
        status: 'suspended',
        waitingFor: [{ ...request, accesses: [{ kind: 'write', path: 'a' }] }],
      }
      const executor = await through(async () => suspended)
      assertEqual(await within(executor.executeStep(spec, { signal }), 'the outcome'), suspended, 'the outcome')
    },
  },
  {
    id: 'executor.failure',
    title: 'a step that throws becomes a failed outcome that says why',
    async run({ through }) {
      const spec = stepSpec('throws')
      const executor = await through(() => Promise.reject(new Error('the disk is full')))
      const outcome = await within(executor.executeStep(spec, { signal }), 'the outcome')
      const { taskId, agent, success, status } = outcome
      assertEqual(
        { taskId, agent, success, status },
        { taskId: 'throws', agent: 'explore', success: false, status: 'failed' },
        'the outcome',
      )
      assert(outcome.output.includes('the disk is full'), `the output does not say why: ${outcome.output}`)
    },
  },
  {
    id: 'executor.failure_code',
    title: 'a step that throws an error with a code becomes a failed outcome with that code',
    async run({ through }) {
      const executor = await through(() => Promise.reject(new AgentError('budget_exhausted', 'the money is spent')))
      const { status, code, output } = await within(executor.executeStep(stepSpec('coded'), { signal }), 'the outcome')
      assertEqual({ status, code }, { status: 'failed', code: 'budget_exhausted' }, 'the outcome')
      assert(output.includes('the money is spent'), `the output does not say why: ${output}`)
    },
  },
  {
    id: 'executor.failure_value',
    title: 'a failed outcome arrives as it is, with its usage',
    async run({ through }) {
      const spec = stepSpec('fails')
      const failed: StepOutcome = { ...stepOutcome(spec, 'half of it'), success: false, status: 'failed' }
      const executor = await through(async () => failed)
      assertEqual(await within(executor.executeStep(spec, { signal }), 'the outcome'), failed, 'the outcome')
    },
  },
  {
    id: 'executor.many',
    title: 'more steps at once than make sense get an outcome each',
    async run({ through }) {
      const executor = await through(async (received) => stepOutcome(received, received.prompt))
      const count = Math.min(MANY, 3 * (executor.concurrencyHint ?? 8) + 1)
      const specs = Array.from({ length: count }, (_, index) => stepSpec(`step-${index}`))
      const outcomes = await within(Promise.all(specs.map((spec) => executor.executeStep(spec, { signal }))), 'the outcomes')
      assertEqual(
        outcomes,
        specs.map((spec) => stepOutcome(spec, spec.prompt)),
        'the outcomes',
      )
    },
  },
  {
    id: 'executor.identity',
    title: 'the outcome of another task or agent is never passed off as this one',
    async run({ through }) {
      const executor = await through(async (received) =>
        received.prompt === 'task'
          ? { ...stepOutcome(received, 'ok'), taskId: 'other' }
          : { ...stepOutcome(received, 'ok'), agent: 'other' },
      )
      for (const what of ['task', 'agent']) {
        const { taskId, agent, status } = await within(executor.executeStep(stepSpec('mine', what), { signal }), 'the outcome')
        assertEqual({ taskId, agent, status }, { taskId: 'mine', agent: 'explore', status: 'failed' }, `the outcome of another ${what}`)
      }
    },
  },
]
