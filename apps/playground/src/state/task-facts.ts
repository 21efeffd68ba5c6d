/** Folds what is told of the tasks that calls gave to sub-agents: begun, how far, ended. */
import type { Envelope, FactOf, LiveEvent } from '@seamfold/core/kit'
import { changeCall, changeOpenCalls } from './calls.ts'
import type { Conversation, SubTask, ToolCall } from './types.ts'

export type TaskEvent = FactOf<'subagent_start' | 'subagent_end'> | Extract<LiveEvent, { type: 'subagent_progress' }>

export function foldTask(state: Conversation, { timestamp }: Envelope, event: TaskEvent): Conversation {
  switch (event.type) {
    case 'subagent_start': {
      const items = changeCall(state.items, { callId: event.callId, name: 'task' }, (call) => begun(call, event, timestamp))
      return { ...state, items }
    }
    case 'subagent_progress':
      return changeTask(state, event.taskId, (task) => advanced(task, event))
    case 'subagent_end':
      return changeTask(state, event.taskId, (task) => ended(task, event, timestamp))
  }
}

const changeTask = (state: Conversation, taskId: string, change: (task: SubTask) => SubTask): Conversation => ({
  ...state,
  items: changeOpenCalls(state.items, (call) =>
    call.tasks?.some((task) => task.taskId === taskId) === true
      ? { ...call, tasks: call.tasks.map((task) => (task.taskId === taskId ? change(task) : task)) }
      : call,
  ),
})

/** One that is resumed goes on where it was. */
function begun(call: ToolCall, event: FactOf<'subagent_start'>, timestamp: number): ToolCall {
  const { taskId, childSessionId, agent, description } = event
  if (call.tasks?.some((task) => task.taskId === taskId) === true) return call
  const task: SubTask = {
    taskId,
    sessionId: childSessionId,
    agent,
    description,
    status: 'running',
    turns: 0,
    calls: 0,
    startedAt: timestamp,
  }
  return { ...call, tasks: [...(call.tasks ?? []), task] }
}

/** Children of children tell as well: what is counted here is all that is done for the task. */
function advanced(task: SubTask, { status, metadata }: Extract<TaskEvent, { type: 'subagent_progress' }>): SubTask {
  if (task.status !== 'running') return task
  if (status === 'turn_completed') return { ...task, turns: task.turns + 1 }
  return { ...task, calls: task.calls + 1, ...(typeof metadata.tool === 'string' ? { lastTool: metadata.tool } : {}) }
}

const ended = (task: SubTask, event: FactOf<'subagent_end'>, timestamp: number): SubTask => ({
  ...task,
  status: event.status,
  calls: event.toolCalls,
  output: event.output,
  usage: event.usage,
  ...(event.cost === undefined ? {} : { cost: event.cost }),
  endedAt: timestamp,
})
