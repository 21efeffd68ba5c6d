/** Promises of what a workflow's log is folded to: its steps as they stand, and the groups that they are drawn in. */
import { createAgent, memoryStore, Workflow, workflowRecords, type StoredWorkflowRecord } from '@seamfold/core'
import type { AgentExecutor, SessionStore } from '@seamfold/core/kit'
import { scriptedLlm } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { emptyWorkflow, stepCounts, stepGroups, taskIdOf, withWaiting, workflowRun, type WorkflowStep } from '../src/state/workflow.ts'

const step = (taskId: string) => ({ taskId, agent: 'default', description: taskId, prompt: `Do ${taskId}.` })

async function read(store: SessionStore): Promise<readonly StoredWorkflowRecord[]> {
  const found: StoredWorkflowRecord[] = []
  for await (const record of workflowRecords(store, 'w')) found.push(record)
  return found
}

const executorOf = (store: SessionStore, broken: string[] = []): AgentExecutor =>
  createAgent({
    llm: scriptedLlm(
      Array.from({ length: 50 }, () => ({ messages }) => {
        const asked = JSON.stringify(messages)
        return broken.some((id) => asked.includes(`Do ${id}.`)) ? new Error('no') : 'Fine.'
      }),
    ),
    store,
  }).executor()

const begun = (key: string, startedAt: number, endedAt?: number): WorkflowStep => ({
  key,
  attempt: 1,
  sessionId: `s-${key}`,
  startedAt,
  kept: false,
  ...(endedAt === undefined ? { status: 'open' } : { status: 'completed', endedAt }),
})

describe('a workflow', () => {
  test('is the same however its log is cut into pieces', async () => {
    const store = memoryStore()
    const workflow = new Workflow({ executor: executorOf(store, ['b']), store, rootId: 'w' })
    await workflow.phase('read', [step('a'), step('b')])
    await workflow.close()
    const records = await read(store)
    const whole = workflowRun(emptyWorkflow, records)
    const pieces = records.reduce((run, record) => workflowRun(run, [record]), emptyWorkflow)
    expect(pieces).toEqual(whole)
    expect(whole).toMatchObject({ held: false, claims: 1, ended: false })
    expect(stepCounts(whole.steps.values())).toEqual({ open: 0, waiting: 0, completed: 1, failed: 1, cancelled: 0, kept: 0 })
    expect(workflowRun(whole, [])).toBe(whole)
  })

  test('that goes on keeps what was done, and runs again what failed', async () => {
    const store = memoryStore()
    const run = async (broken: string[]): Promise<void> => {
      const workflow = new Workflow({ executor: executorOf(store, broken), store, rootId: 'w' })
      await workflow.phase('read', [step('a'), step('b')])
      await workflow.close()
    }
    await run(['b'])
    await run([])
    const { steps, claims } = workflowRun(emptyWorkflow, await read(store))
    expect([...steps.values()].map(({ key, status, attempt, kept }) => [key, status, attempt, kept])).toEqual([
      ['0:read/a', 'completed', 1, true],
      ['0:read/b', 'completed', 2, false],
    ])
    expect(claims).toBe(2)
  })

  test('keeps every group at its place when a root runs again', async () => {
    const store = memoryStore()
    const run = async (broken: string[]): Promise<void> => {
      const workflow = new Workflow({ executor: executorOf(store, broken), store, rootId: 'w' })
      await workflow.agent(step('plan'))
      await workflow.phase('read', [step('a')])
      await workflow.close()
    }
    const groups = async (): Promise<unknown> =>
      stepGroups(workflowRun(emptyWorkflow, await read(store)).steps.values()).map(({ name, layer, steps }) => [
        name,
        layer,
        steps[0]?.status,
      ])
    await run(['plan'])
    expect(await groups()).toEqual([
      ['', 0, 'failed'],
      ['read', 1, 'completed'],
    ])
    await run([])
    expect(await groups()).toEqual([
      ['', 0, 'completed'],
      ['read', 1, 'completed'],
    ])
  })

  test('has steps that wait for a person where their sessions say so', () => {
    const steps = [begun('a', 0), begun('b', 0), begun('c', 0, 5)]
    const shown = withWaiting(steps, new Set(['s-a', 's-c']))
    expect(shown.map(({ status }) => status)).toEqual(['waiting', 'open', 'completed'])
  })
})

describe('groups of steps', () => {
  test('are phases by name, rounds by number, and what was begun side by side', () => {
    const groups = stepGroups([
      begun('plan', 0, 10),
      begun('0:read %2F api/a', 20, 40),
      begun('0:read %2F api/b', 20, 30),
      begun('rounds:0/1/notes', 50, 60),
      begun('deep/1:fix/x', 50),
    ])
    expect(groups.map(({ kind, name, scope, layer }) => [kind, name, scope, layer])).toEqual([
      ['steps', '', '', 0],
      ['phase', 'read / api', '', 1],
      ['round', 'round 2', '', 2],
      ['phase', 'fix', 'deep', 2],
    ])
    expect(groups[1]?.after).toEqual([groups[0]?.key])
    expect(groups[2]?.after).toEqual([groups[1]?.key])
  })

  test('outside of phases, one after the other are places of their own', () => {
    const groups = stepGroups([begun('a', 0, 10), begun('b', 10, 20), begun('c', 15, 30), begun('d', 40)])
    expect(groups.map(({ steps }) => steps.map(({ key }) => key))).toEqual([['a'], ['b', 'c'], ['d']])
    expect(new Set(groups.map(({ key }) => key)).size).toBe(3)
  })

  test('of a thousand steps are one, made quickly', () => {
    const steps = Array.from({ length: 1_000 }, (_, index) => begun(`0:fan/${index}`, index % 7, index % 3 === 0 ? undefined : 50))
    expect(stepGroups(steps)).toMatchObject([{ kind: 'phase', name: 'fan', layer: 0 }])
  })

  test('ids are shown as they were given', () => {
    expect(taskIdOf('0:read/docs%2Fa%25b')).toBe('docs/a%b')
  })
})
