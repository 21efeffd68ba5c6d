/** Promises of the routes that show workflows, whoever runs them. */
import { createAgent, memoryStore, Workflow, type StoredWorkflowRecord } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import type { WorkflowSummary } from '../../src/playground/workflows.ts'
import { stage, type Stage } from './stage.ts'

const step = (taskId: string) => ({ taskId, agent: 'default', description: taskId, prompt: `Do ${taskId}.` })

const list = async (here: Stage): Promise<readonly WorkflowSummary[]> =>
  ((await (await here.get('/api/workflows')).json()) as { workflows: readonly WorkflowSummary[] }).workflows

const records = async (here: Stage, id: string, after?: string): Promise<readonly StoredWorkflowRecord[]> => {
  const query = after === undefined ? '' : `?after=${after}`
  return ((await (await here.get(`/api/workflows/${id}${query}`)).json()) as { records: readonly StoredWorkflowRecord[] }).records
}

describe('the workflows of a store', () => {
  test('are listed while they run and after, and followed by their records', async () => {
    const store = memoryStore()
    const llm = scriptedLlm(['x'.repeat(5_000), new Error('no'), 'Third.'])
    const agent = createAgent({ llm, store })
    await using here = await stage({ store })
    expect(await list(here)).toEqual([])
    const workflow = new Workflow({ executor: agent.executor(), store, rootId: 'release/1' })
    await workflow.agent(step('long'))
    await workflow.agent(step('broken'))
    const id = encodeURIComponent('release/1')
    expect(await list(here)).toMatchObject([{ id: 'release/1', status: 'held', steps: 2, completed: 1, failed: 1 }])
    const had = await records(here, id)
    expect(had.find(({ record }) => record.type === 'step_end')?.record).toMatchObject({ outcome: { output: `${'x'.repeat(2_000)}…` } })
    await workflow.agent(step('third'))
    await workflow.close()
    const more = await records(here, id, had.at(-1)?.cursor)
    expect(more.map(({ record }) => record.type)).toEqual(['step_start', 'step_end', 'workflow_released'])
    expect(await list(here)).toMatchObject([{ status: 'stopped', steps: 3, completed: 2, failed: 1 }])
  })

  test('that are damaged or not there are told in words, and hide none of the others', async () => {
    const store = memoryStore()
    await store.append('workflow/broken', ['1 nonsense {}'], { expected: 0 })
    await using here = await stage({ store })
    expect(await list(here)).toMatchObject([{ id: 'broken', status: 'unreadable', name: expect.stringContaining('record 0') }])
    const missing = await here.get('/api/workflows/nobody')
    expect([missing.status, await missing.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })])
    expect((await here.get('/api/workflows/nobody?after=x')).status).toBe(410)
  })

  test('that somebody is at are told from those that were cut off, where it is known who lives', async () => {
    const store = memoryStore()
    const agent = createAgent({ llm: scriptedLlm(['One.', 'Two.']), store })
    let lives: boolean | undefined
    const asked: unknown[] = []
    await using here = await stage({
      store,
      lives: (...of) => {
        asked.push(of)
        return Promise.resolve(lives)
      },
    })
    const workflow = new Workflow({ executor: agent.executor(), store, rootId: 'w' })
    await workflow.agent(step('one'))
    const status = async (): Promise<unknown> => ((await (await here.get('/api/workflows/w')).json()) as { status: unknown }).status
    expect(await status()).toBe('held')
    lives = true
    expect([await status(), (await list(here))[0]?.status]).toEqual(['running', 'running'])
    lives = false
    expect([await status(), (await list(here))[0]?.status]).toEqual(['cut_off', 'cut_off'])
    await workflow.close()
    expect(await status()).toBe('stopped')
    expect(asked[0]).toEqual(['workflow/w', expect.stringMatching(/./)])
  })
})
