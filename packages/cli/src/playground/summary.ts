/** What a list tells about a session, folded from its facts. */
import { addUsage, noUsage, textOf, type Envelope, type JsonObject, type Usage } from '@seamfold/core/kit'

/** `idle`: nothing was asked yet. `unfinished`: a run that has neither ended nor is known to wait. `unreadable`: its title says why. */
export type SummaryStatus = 'idle' | 'unfinished' | 'suspended' | 'completed' | 'failed' | 'cancelled' | 'unreadable'

export type SessionSummary = {
  readonly id: string
  /** The first line of the first prompt. */
  readonly title: string
  readonly status: SummaryStatus
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly runs: number
  readonly turns: number
  /** Of the session, and of the tasks that it gave to others. */
  readonly usage: Usage
  /** US dollars, where prices are known. */
  readonly cost: number
  /** A step of a workflow or a task of another session: found from there, and there may be thousands. */
  readonly child?: boolean
}

const titleLimit = 120

export const emptySummary = (id: string): SessionSummary => ({
  id,
  title: '',
  status: 'idle',
  createdAt: 0,
  updatedAt: 0,
  runs: 0,
  turns: 0,
  usage: noUsage,
  cost: 0,
})

/** A step of a workflow, or a task of another session: whoever begins one says which agent does it and what for. */
const doesTask = ({ agent, description }: JsonObject): boolean => agent !== undefined && description !== undefined

export const isChild = (metadata: JsonObject): boolean => metadata.parentSessionId !== undefined || doesTask(metadata)

/** One more envelope. Live events change nothing. */
export function summarize(summary: SessionSummary, { durable, event, timestamp }: Envelope): SessionSummary {
  if (!durable) return summary
  const next = { ...summary, createdAt: summary.createdAt === 0 ? timestamp : summary.createdAt, updatedAt: timestamp }
  switch (event.type) {
    case 'session_created':
      return isChild(event.metadata) ? { ...next, child: true } : next
    case 'agent_start': {
      const line = textOf({ content: event.prompt }).trim().split('\n')[0] ?? ''
      return {
        ...next,
        status: 'unfinished',
        runs: summary.runs + 1,
        title: summary.title === '' ? line.slice(0, titleLimit) : summary.title,
      }
    }
    case 'subagent_end':
      return { ...next, usage: addUsage(summary.usage, event.usage), cost: summary.cost + (event.cost ?? 0) }
    case 'turn_end':
      return { ...next, turns: summary.turns + 1, usage: addUsage(summary.usage, event.usage), cost: summary.cost + (event.cost ?? 0) }
    case 'session_claimed':
      return summary.status === 'suspended' ? { ...next, status: 'unfinished' } : next
    case 'run_suspended':
      return { ...next, status: 'suspended' }
    case 'agent_end':
      return { ...next, status: 'completed' }
    case 'error':
      return { ...next, status: 'failed' }
    case 'run_cancelled':
      return { ...next, status: 'cancelled' }
    default:
      return next
  }
}
