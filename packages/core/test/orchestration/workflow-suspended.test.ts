/** A step that waits for an answer suspends its workflow, and the answer wakes it. */
import { describe, expect, test } from 'vitest'
import { type AgentOptions, answerKey, createAgent, memoryStore, openSession, tool, Workflow } from '../../src/index.ts'
import { type SessionStore, toMessage } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { executorOf, outputs, step, told, until } from './steps.ts'

describe('a suspended step', () => {
  const agentThatAsks = (store: SessionStore, done: string[], options: Partial<AgentOptions> = {}) => {
    const pay = tool({
      name: 'pay',
      description: 'Pays.',
      access: () => [{ kind: 'write', path: 'ledger' }],
      effect: 'idempotent',
      execute: () => void done.push('paid'),
    })
    const script = [(request: { readonly messages: readonly unknown[] }) => (request.messages.length === 1 ? [callOf('pay')] : 'paid it')]
    return createAgent({ llm: scriptedLlm([...script, ...script, ...script]), tools: [pay], store, ...options })
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

  test('signs what it is given with its key, and sends nothing that would not count', async () => {
    const store = memoryStore()
    const done: string[] = []
    const key = answerKey('a secret of sixteen bytes')
    for (const given of [undefined, key]) {
      const { events, onEvent } = told()
      const executor = agentThatAsks(store, done, { answerKey: key }).executor()
      const options = given === undefined ? {} : { answerKey: given }
      const workflow = new Workflow({ executor, store, rootId: 'signed', suspended: 'wait', onEvent, host: manualHost(), ...options })
      const running = workflow.agent(pay)
      running.catch(() => {}) // the first is closed while it waits
      await until(() => events.some(({ type }) => type === 'step_suspended'))
      const asked = events.find((event) => event.type === 'step_suspended')
      const id = asked?.type === 'step_suspended' ? (asked.waitingFor[0]?.requestId ?? '') : ''
      await expect(workflow.answer(id, { decision: 'reply', value: 'yes' })).rejects.toMatchObject({ code: 'invalid_argument' })
      const answered = workflow.answer(id, { decision: 'approve', by: 'ann' })
      const came = await answered.then(async () => (await running).output).catch(toMessage)
      expect(came).toContain(given === undefined ? 'not signed' : 'paid it')
      await workflow.close()
    }
    expect(done).toEqual(['paid'])
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

  test('is woken by a deadline that passes, once', async () => {
    const [store, host] = [memoryStore(), manualHost()]
    const done: string[] = []
    const agent = agentThatAsks(store, done, { confirmTimeout: { afterMs: 60_000, action: 'reject' }, host })
    const workflow = new Workflow({ executor: agent.executor(), store, suspended: 'wait', host })
    const running = workflow.agent(pay)
    let ended = false
    void running.finally(() => (ended = true))
    await until(() => host.clock.pending > 0)
    await host.clock.advance(59_000)
    expect(ended).toBe(false)
    await host.clock.advance(1_000)
    expect(await running).toMatchObject({ status: 'completed' })
    expect(done).toEqual([])
    await workflow.close()
  })

  test('is asked once for each deadline, by an executor that does not settle it too', async () => {
    const host = manualHost()
    const request = { requestId: 'r', callId: 'c', toolName: 't', args: {}, kind: 'confirmation', reason: '', sessionId: 's', runId: 'r' }
    const waitingFor = [{ ...request, deadline: host.clock.now() + 1000 } as never]
    const executor = executorOf(() => ({ status: 'suspended', waitingFor }))
    const workflow = new Workflow({ executor, store: memoryStore(), suspended: 'wait', host })
    workflow.agent(pay).catch(() => {}) // it is closed while it waits
    await until(() => host.clock.pending > 0)
    await host.clock.advance(5000)
    expect(executor.asked).toHaveLength(2)
    await workflow.close()
  })
})
