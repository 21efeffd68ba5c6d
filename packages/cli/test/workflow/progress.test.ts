/** How far a workflow has come, and how that looks. */
import type { WorkflowEvent } from '@seamfold/core'
import { describe, expect, test } from 'vitest'
import { createStyle } from '../../src/render/style.ts'
import { Progress } from '../../src/workflow/progress.ts'
import { barOf, eventLine, statusLines, summaryLines } from '../../src/workflow/progress-lines.ts'

const style = createStyle({ columns: 100 })
const place = (taskId: string, phase = '0:draft') => ({ key: `${phase}/${taskId}`, taskId, agent: 'scribe' })
const run = (taskId: string, attempt = 1): WorkflowEvent => ({ type: 'step_run', ...place(taskId), attempt, resumed: false })
const end = (
  taskId: string,
  status: 'completed' | 'failed' | 'suspended' = 'completed',
  attempt = 1,
): Extract<WorkflowEvent, { type: 'step_end' }> => ({
  type: 'step_end',
  ...place(taskId),
  attempt,
  status,
  success: status === 'completed',
})
const hears = (progress: Progress, taskId: string, event: object): void =>
  progress.hear({ cursor: '', durable: true, sessionId: 's', runId: 'r', timestamp: 0, event } as never, taskId)

function after(events: readonly WorkflowEvent[]) {
  let now = 0
  const progress = new Progress(() => now)
  const lines = events.map((event) => {
    progress.record(event)
    now += 500
    return eventLine(event, progress, style)
  })
  return { progress, lines }
}

const phase: WorkflowEvent = { type: 'phase_start', scope: '', name: 'draft', index: 0, stepCount: 4 }

describe('the bar of a phase', () => {
  test('counts what has ended, what was done before and what failed, and not what waits', () => {
    const { progress } = after([
      phase,
      { type: 'step_cached', ...place('a') },
      run('b'),
      end('b'),
      run('c'),
      end('c', 'failed'),
      run('d'),
      { type: 'step_suspended', ...place('d'), waitingFor: [] },
      end('d', 'suspended'),
    ])
    expect(progress.open).toMatchObject([{ succeeded: 2, failed: 1, total: 4 }])
    expect(progress.open.map((each) => barOf(each, style))).toEqual(['draft [###############.....] 3/4 ✗1'])
  })

  test('is gone when the phase has ended', () => {
    const { progress } = after([phase, { type: 'phase_end', scope: '', name: 'draft', index: 0, succeeded: 4, failed: 0 }])
    expect(progress.open).toEqual([])
    expect(statusLines(progress, style)).toBe('')
  })

  test('stands above what each step does now', () => {
    const { progress } = after([phase, run('a'), run('b')])
    hears(progress, 'a', { type: 'tool_execution_start', name: 'grep' })
    hears(progress, 'b', { type: 'subagent_start', agent: 'explore', description: 'look' })
    expect(statusLines(progress, style).split('\n')).toEqual([
      'draft [....................] 0/4',
      '  · a: grep 1 s',
      '  · b: explore: look 1 s',
    ])
    progress.record(end('a'))
    expect(statusLines(progress, style).split('\n')).toEqual(['draft [#####...............] 1/4', '  · b: explore: look 1 s'])
  })

  test('is one of several where several phases are under way, and counts what is its own', () => {
    const other: WorkflowEvent = { type: 'phase_start', scope: 'docs/', name: 'draft', index: 0, stepCount: 2 }
    const { progress } = after([phase, other, run('a'), { ...end('a'), ...place('a', 'docs/0:draft') }])
    progress.record(end('a'))
    progress.record({ ...end('b', 'failed'), ...place('b') })
    expect(progress.open.map((each) => barOf(each, style))).toEqual([
      'draft [##########..........] 2/4 ✗1',
      'docs/ draft [##########..........] 1/2',
    ])
  })

  test('keeps its place in a narrow terminal, where names and what is done give way', () => {
    const narrow = createStyle({ columns: 40 })
    const name = 'look at everything that there is'
    const events = Array.from({ length: 9 }, (_, index) => run(`a-step-with-a-name-that-is-far-too-long-${index}`))
    const { progress } = after([{ ...phase, name, stepCount: 9 }, ...events])
    const lines = statusLines(progress, narrow).split('\n')
    expect(lines[0]).toBe('look at eve… [....................] 0/9')
    expect(lines).toHaveLength(8)
    expect(lines.at(-1)).toBe('  and 3 more')
    expect(lines.filter((line) => line.length >= 40)).toEqual([])
    const printed = [...progress.steps.keys()].map((key) => {
      const event = { ...end('x', 'failed'), key, reason: 'It broke in many ways. '.repeat(9) }
      progress.record(event)
      return eventLine(event, progress, narrow) ?? ''
    })
    expect(printed.flatMap((text) => text.split('\n')).filter((line) => line.length > 40)).toEqual([])
  })
})

describe('the lines', () => {
  test('say what became of each step, how long it took and which try it was', () => {
    const { lines } = after([run('a'), end('a'), run('b', 2), end('b', 'failed', 2)])
    expect(lines[1]).toBe(`  ✓ ${'a'.padEnd(28)} scribe 0.5 s`)
    expect(lines[3]).toBe(`  ✗ ${'b'.padEnd(28)} scribe 0.5 s ↻2`)
  })

  test('say of a step that failed why', () => {
    const { lines } = after([run('a'), { ...end('a', 'failed'), reason: "There is no agent 'nobody'.\u001b[2J\nDid you mean 'body'?" }])
    expect(lines[1]?.split('\n')).toEqual([`  ✗ ${'a'.padEnd(28)} scribe 0.5 s`, "    There is no agent 'nobody'. Did you mean 'body'?"])
  })

  test('tell what is wrong from what is only said', () => {
    const said = (['info', 'warn', 'error'] as const).map((level): WorkflowEvent => ({
      type: 'log',
      scope: '',
      level,
      message: 'so',
      fields: {},
    }))
    expect(after(said).lines).toEqual(['  · so', '  ! so', '  ✗ so'])
  })

  test('let nothing from a model move the cursor', () => {
    const { lines } = after([{ type: 'log', scope: '', level: 'info', message: 'fine\u001b[2J\nreally', fields: {} }])
    expect(lines[0]).not.toContain('\u001b[2J')
    expect(lines[0]).not.toContain('\n')
  })

  test('sum up how it ended, and how to go on', () => {
    const { progress } = after([run('a'), end('a'), { type: 'step_cached', ...place('b') }, run('c'), end('c', 'failed')])
    const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, reasoning: 0 }
    expect(summaryLines({ rootId: 'book-1', usage, status: 'cancelled', reason: 'interrupted' }, progress, style)).toEqual([
      '✗ cancelled: interrupted',
      '3 steps: 1 completed, 1 done before, 1 failed, 10 tokens',
      'Go on with --resume book-1',
    ])
    expect(summaryLines({ rootId: 'book-1', usage, status: 'completed', output: 1 }, progress, style).length).toBe(2)
  })
})
