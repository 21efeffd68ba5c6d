/** What batch and update_plan promise. */
import { failed, type Json, succeeded, tool, type ToolResult } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { batchTool, codingTools, updatePlanTool } from '@seamfold/tools'
import { call, named, temporaryDirectory, textOf } from './support.ts'

const reader = tool({ name: 'look', description: 'Looks', readOnly: true, execute: () => 'seen' })
const writer = tool({ name: 'change', description: 'Changes', effect: 'unsafe', execute: () => 'changed' })

/** An `invoke` whose calls are ended by hand, and the order in which they started. */
const controlled = () => {
  const started: string[] = []
  const ends: ((result: ToolResult) => void)[] = []
  return {
    started,
    ends,
    invoke: (name: string, input: Json): Promise<ToolResult> => {
      started.push(`${name} ${JSON.stringify(input)}`)
      return new Promise((resolve) => ends.push(resolve))
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
const looks = (count: number): { tool: string; args: { n: number } }[] =>
  Array.from({ length: count }, (_, n) => ({ tool: 'look', args: { n } }))

describe('batch', () => {
  test('runs calls that change nothing together, up to its limit, started in order', async () => {
    const { started, ends, invoke } = controlled()
    const result = call(batchTool([reader, writer]), { invocations: looks(4), max_concurrency: 3 }, { invoke })
    await turn()
    expect(started).toEqual(['look {"n":0}', 'look {"n":1}', 'look {"n":2}'])
    ends[1]?.(succeeded('b'))
    await turn()
    expect(started.at(-1)).toBe('look {"n":3}')
    ends[3]?.(succeeded('d'))
    ends[2]?.(succeeded('c'))
    ends[0]?.(succeeded('a'))
    expect(textOf(await result)).toBe('## 1. look: ok\na\n\n## 2. look: ok\nb\n\n## 3. look: ok\nc\n\n## 4. look: ok\nd')
  })

  test('runs calls that change something, and tools it does not know, alone and in order', async () => {
    const { started, ends, invoke } = controlled()
    const invocations = [...looks(1), { tool: 'change' }, ...looks(1), { tool: 'unknown' }]
    const result = call(batchTool([reader, writer]), { invocations }, { invoke })
    for (let count = 1; count <= 4; count++) {
      await turn()
      expect(started).toHaveLength(count)
      ends.at(-1)?.(succeeded(''))
    }
    expect((await result).isError).toBe(false)
  })

  test('says which calls failed, and fails only when all did', async () => {
    const invoke = (name: string): Promise<ToolResult> => Promise.resolve(name === 'change' ? failed('no') : succeeded('yes'))
    const some = await call(batchTool([reader, writer]), { invocations: [{ tool: 'change', id: 'first' }, { tool: 'look' }] }, { invoke })
    expect(textOf(some)).toBe('## 1. change (first): failed\nno\n\n## 2. look: ok\nyes\n\n1 of 2 calls failed')
    expect(some).toMatchObject({ isError: false, metadata: { failed: [0], total: 2 } })
    const all = await call(batchTool([reader, writer]), { invocations: [{ tool: 'change' }] }, { invoke })
    expect(all).toMatchObject({ isError: true, metadata: { failed: [0] } })
  })

  test('refuses a batch within, and more than 32 calls, before it makes any', async () => {
    const { started, invoke } = controlled()
    const nested = await call(batchTool([reader]), { invocations: [...looks(1), { tool: 'batch', args: {} }] }, { invoke })
    expect(nested).toMatchObject({ isError: true, errorKind: 'invalid_input' })
    await expect(call(batchTool([reader]), { invocations: looks(33) }, { invoke })).rejects.toThrow(/invocations/)
    expect(started).toEqual([])
  })

  test('starts nothing more once a call was suspended or cancelled, and waits for what is under way', async () => {
    const started: number[] = []
    let end = (): void => undefined
    const invoke = (_: string, input: Json): Promise<ToolResult> => {
      const { n } = input as { n: number }
      started.push(n)
      if (n === 0) return Promise.reject(new Error('suspended'))
      return new Promise((resolve) => {
        end = () => resolve(succeeded(''))
      })
    }
    let isOver = false
    const result = call(batchTool([reader]), { invocations: looks(5), max_concurrency: 2 }, { invoke }).finally(() => {
      isOver = true
    })
    const outcome = result.catch((error: unknown) => error)
    await turn()
    expect(started).toEqual([0, 1])
    expect(isOver).toBe(false)
    end()
    expect(await outcome).toMatchObject({ message: 'suspended' })
    expect(started).toEqual([0, 1])
  })

  test('touches nothing itself, and all its effects come from its calls', async () => {
    const batch = batchTool([])
    expect(await batch.access({ invocations: [] })).toEqual([])
    expect(batch.effect({ invocations: [] })).toBe('composite')
  })
})

describe('update_plan', () => {
  const plan = updatePlanTool()

  test('writes the plan down', async () => {
    const steps = [
      { step: 'look', status: 'completed' },
      { step: 'fix', status: 'in_progress' },
      { step: 'test', status: 'pending' },
    ]
    const result = await call(plan, { plan: steps })
    expect(textOf(result)).toBe('[x] look\n[>] fix\n[ ] test\n1 of 3 done')
    expect(result.metadata).toEqual({ plan: steps })
    expect(plan.effect({ plan: steps })).toBe('none')
    expect(await plan.access({ plan: steps })).toEqual([])
  })

  test('has at most one step under way', async () => {
    const step = { step: 'x', status: 'in_progress' }
    expect(await call(plan, { plan: [step, step] })).toMatchObject({ isError: true, errorKind: 'invalid_input' })
  })
})

describe('codingTools', () => {
  test('are these', () => {
    const names = codingTools({ workspace: temporaryDirectory() }).map(({ definition }) => definition.name)
    expect(names).toEqual(['read', 'write', 'edit', 'patch', 'ls', 'glob', 'grep', 'bash', 'git', 'web_fetch', 'update_plan', 'batch'])
  })

  test('refuse a workspace that does not exist', () => {
    expect(() => codingTools({ workspace: '/does/not/exist' })).toThrow(/there is nothing at \/does\/not\/exist/)
  })

  test('have schemas of objects, with a description for what is not obvious', () => {
    for (const { definition } of codingTools({ workspace: temporaryDirectory() })) {
      expect(definition.parameters).toMatchObject({ type: 'object' })
      expect(Object.keys(definition.parameters).filter((key) => ['oneOf', 'anyOf', 'allOf'].includes(key))).toEqual([])
    }
  })

  test('a batch of them runs for real', async () => {
    const tools = codingTools({ workspace: temporaryDirectory({ a: 'one', b: 'two' }) })
    const invocations = [
      { tool: 'read', args: { file_path: 'a' } },
      { tool: 'edit', args: { file_path: 'b', old_string: 'two', new_string: '2' } },
      { tool: 'grep', args: { pattern: '2' } },
    ]
    const result = await call(named(tools, 'batch'), { invocations }, { invoke: (name, input) => call(named(tools, name), input) })
    expect(textOf(result)).toBe(
      '## 1. read: ok\n     1\tone\n\n\n## 2. edit: ok\nChanged b: 1 replacement\n\n## 3. grep: ok\n> b:1: 2\n\n1 match in 1 file',
    )
  })
})
