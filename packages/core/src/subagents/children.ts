/** The sub-agents of a run as a fold over its session's facts. */
import type { Fact, FactOf } from '../model/event.ts'
import { isJsonObject } from '../model/json.ts'
import { textOf } from '../model/message.ts'

export type Child = {
  readonly start: FactOf<'subagent_start'>
  readonly end?: FactOf<'subagent_end'>
  /** Of a task in the background: the model has read what came of it. */
  readonly told: boolean
}

/** By task id, in the order in which they began. */
export type Children = ReadonlyMap<string, Child>

export const NO_CHILDREN: Children = new Map()

export const TASK_TOOL = 'task'
export const BACKGROUND_TASKS = 'background-tasks'

/** What is said of tasks that ended; its words name each. */
export const taskLine = (taskId: string): string => `Task ${taskId}`

/** Another run, and another branch, has children of its own. */
export function foldChildren(children: Children, fact: Fact): Children {
  switch (fact.type) {
    case 'agent_start':
    case 'session_forked':
    case 'session_rewound':
      return NO_CHILDREN
    case 'subagent_start':
      return new Map(children).set(fact.taskId, { told: false, ...children.get(fact.taskId), start: fact })
    case 'subagent_end': {
      const child = children.get(fact.taskId)
      return child === undefined || child.end !== undefined ? children : new Map(children).set(fact.taskId, { ...child, end: fact })
    }
    case 'message_injected':
      return fact.source === BACKGROUND_TASKS ? told(children, (id) => textOf(fact.message).includes(taskLine(id))) : children
    case 'tool_end': {
      const { collected } = fact.name === TASK_TOOL && isJsonObject(fact.metadata) ? fact.metadata : {}
      return Array.isArray(collected) ? told(children, (id) => collected.includes(id)) : children
    }
    default:
      return children
  }
}

const told = (children: Children, has: (taskId: string) => boolean): Children =>
  new Map([...children].map(([id, child]) => [id, child.end !== undefined && has(id) ? { ...child, told: true } : child]))

export const isOpen = ({ end }: Child): boolean => end === undefined
