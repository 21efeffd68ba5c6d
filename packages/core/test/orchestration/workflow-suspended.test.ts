/** A step that waits for an answer suspends its workflow, and the answer wakes it. */
import { describe, expect, test } from 'vitest'
import { createAgent, memoryStore, openSession, tool, Workflow } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { outputs, step, told, until } from './steps.ts'

describe('a suspended step', () => {
  const agentThatAsks = (store: SessionStore, done: string[]) => {
    const pay = tool({
      name: 'pay',
      description: 'Pays.',
      access: () => [{ kind: 'write', path: 'ledger' }],
      effect: 'idempotent',
      execute: () => void done.push('paid'),
    })
    const script = [(request: { readonly messages: readonly unknown[] }) => (request.messages.length === 1 ? [callOf('pay')] : 'paid it')]
    return createAgent({ llm: scriptedLlm([...script, ...script, ...script]), tools: [pay], store })
  }
  const pay = step('pay', { agent: 'default' })

  test('suspends the workflow when its siblings have ended, and it goes on when the root runs again after the answer', async () => {
    const store = memoryStore()
    const done: string[] = []
    const agent = agentThatAsks(store, done)
    const first = new Workflow({ executor: agent.executor(), store, rootId: 'root' })
    const suspended = await first.phase('p', [pay]).then(
      () => undefined,
      (error: { code: string; details: { waitingFor: { requestId: string; sessionId: string }[] } }) => error,
    )
    expect(suspended?.code).toBe('workflow_suspended')
    await first.close()
    const [request] = suspended?.details.waitingFor ?? []
    const still = new Workflow({ executor: agent.executor(), store, rootId: 'root' })
    await expect(still.phase('p', [pay])).rejects.toMatchObject({ code: 'workflow_suspended' })
    await still.close()
    await (await openSession(store, request?.sessionId ?? '')).answer(request?.requestId ?? '', { decision: 'approve' })
    const second = new Workflow({ executor: agent.executor(), store, rootId: 'root' })
    expect(outputs(await second.phase('p', [pay]))).toEqual(['paid it'])
    expect(done).toEqual(['paid'])
    await second.close()
  })

  test('waits here where the caller says so: an answer through the workflow wakes it', async () => {
    const store = memoryStore()
    const done: string[] = []
    const { events, onEvent } = told()
    // Time stands still: nothing but the answer itself can wake it.
    const executor = agentThatAsks(store, done).executor()
    const workflow = new Workflow({ executor, store, suspended: 'wait', onEvent, host: manualHost() })
    const running = workflow.agent(pay)
    await until(() => events.some(({ type }) => type === 'step_suspended'))
    const asked = events.find((event) => event.type === 'step_suspended')
    await expect(workflow.answer('nonsense', { decision: 'approve' })).rejects.toMatchObject({ code: 'request_not_found' })
    await workflow.answer(asked?.type === 'step_suspended' ? (asked.waitingFor[0]?.requestId ?? '') : '', { decision: 'approve' })
    expect(await running).toMatchObject({ output: 'paid it' })
    expect(done).toEqual(['paid'])
    await workflow.close()
  })

  test('is woken by an answer that somebody else gave', async () => {
    const [store, host] = [memoryStore(), manualHost()]
    const done: string[] = []
    const { events, onEvent } = told()
    const workflow = new Workflow({ executor: agentThatAsks(store, done).executor(), store, suspended: 'wait', onEvent, host })
    const running = workflow.agent(pay)
    await until(() => events.some(({ type }) => type === 'step_suspended'))
    const asked = events.find((event) => event.type === 'step_suspended')
    const [request] = asked?.type === 'step_suspended' ? asked.waitingFor : []
    await (await openSession(store, request?.sessionId ?? '')).answer(request?.requestId ?? '', { decision: 'approve' })
    await host.clock.advance(1000)
    expect(await running).toMatchObject({ output: 'paid it' })
    await workflow.close()
  })
})
