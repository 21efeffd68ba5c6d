/** Workflows can be seen by whoever can open the store: while they run, after they ended, from any place on. */
import { describe, expect, test } from 'vitest'
import {
  createAgent,
  defineWorkflow,
  jsonSchema,
  memoryStore,
  storedWorkflows,
  type StoredWorkflowRecord,
  Workflow,
  workflowRecords,
} from '../../src/index.ts'
import type { AgentExecutor, SessionStore } from '../../src/kit.ts'
import { scriptedLlm } from '../../src/testing.ts'

async function read(store: SessionStore, rootId: string, after?: string): Promise<readonly StoredWorkflowRecord[]> {
  const found: StoredWorkflowRecord[] = []
  for await (const each of workflowRecords(store, rootId, { after })) found.push(each)
  return found
}

const executorOf = (store: SessionStore): AgentExecutor =>
  createAgent({ llm: scriptedLlm(Array.from({ length: 9 }, () => 'Fine.')), store }).executor()

const step = (taskId: string) => ({ taskId, agent: 'default', description: taskId, prompt: `Do ${taskId}.` })

describe('stored workflows', () => {
  test('are listed, and tell their steps in order with what came of them', async () => {
    const store = memoryStore()
    const workflow = new Workflow({ executor: executorOf(store), store, rootId: 'release' })
    await workflow.phase('read', [step('a'), step('b')])
    await workflow.close()
    const ids: string[] = []
    for await (const id of storedWorkflows(store)) ids.push(id)
    expect(ids).toEqual(['release'])
    const records = await read(store, 'release')
    expect(records[0]?.record).toMatchObject({ type: 'workflow_claimed' })
    expect(records.at(-1)?.record).toEqual({ type: 'workflow_released' })
    const keys = records.flatMap(({ record }) => (record.type === 'step_start' ? [record.key] : []))
    expect(keys).toEqual(['0:read/a', '0:read/b'])
    expect(records.some(({ record }) => record.type === 'step_end' && record.outcome.output === 'Fine.')).toBe(true)
  })

  test('are followed with the cursor of what was had', async () => {
    const store = memoryStore()
    const named = defineWorkflow('greet', {
      input: jsonSchema<null>({}),
      run: async (workflow) => (await workflow.agent(step('a'))).output,
    })
    await named.run({ executor: executorOf(store), store, rootId: 'w', input: null })
    const all = await read(store, 'w')
    for (const [index, { cursor }] of all.entries()) expect(await read(store, 'w', cursor)).toEqual(all.slice(index + 1))
  })

  test('that are not there have nothing to tell', async () => {
    expect(await read(memoryStore(), 'nobody')).toEqual([])
  })

  test('refuse a cursor that is none, and one of a workflow that was there before', async () => {
    const store = memoryStore()
    const run = async (): Promise<string> => {
      const workflow = new Workflow({ executor: executorOf(store), store, rootId: 'w' })
      await workflow.agent(step('a'))
      await workflow.close()
      return (await read(store, 'w')).at(-1)?.cursor ?? ''
    }
    const cursor = await run()
    await expect(read(store, 'w', 'no cursor')).rejects.toMatchObject({ code: 'cursor_invalid' })
    await store.delete('workflow/w')
    await expect(read(store, 'w', cursor)).rejects.toMatchObject({ code: 'cursor_diverged' })
    await run()
    await expect(read(store, 'w', cursor)).rejects.toMatchObject({ code: 'cursor_diverged' })
  })
})
