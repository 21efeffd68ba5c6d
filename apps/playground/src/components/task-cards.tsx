/** The tasks that a call gave to sub-agents, each as a card with how far it is and the way into its session. */
import { memo, type ReactNode } from 'react'
import { useInterrupted } from '../hooks/interrupted.ts'
import { useNow } from '../hooks/use-now.ts'
import { sessionAddress } from '../hooks/use-route.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import { useStored } from '../hooks/use-stored.ts'
import type { SubTask } from '../state/types.ts'
import { formatCost, formatDuration, formatElapsed, formatTokens } from '../text/format.ts'
import { Markdown } from './markdown.tsx'
import { SessionElsewhere } from './session-elsewhere.tsx'

const words = { running: 'at work', completed: 'done', failed: 'failed', cancelled: 'stopped' } as const

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

function TaskFacts({ task }: { readonly task: SubTask }): ReactNode {
  const { status, turns, calls, lastTool, usage, cost, startedAt, endedAt } = task
  const interrupted = useInterrupted()
  const running = status === 'running' && !interrupted
  const now = useNow(running, 1_000)
  const facts = [
    status === 'running' && interrupted ? 'cut off' : words[status],
    ...(turns > 0 ? [plural(turns, 'turn')] : []),
    ...(calls > 0 ? [plural(calls, 'call')] : []),
    ...(running && lastTool !== undefined ? [`last ${lastTool}`] : []),
    ...(usage === undefined ? [] : [formatTokens(usage)]),
    ...(cost === undefined || cost === 0 ? [] : [formatCost(cost)]),
    ...(endedAt !== undefined ? [formatDuration(endedAt - startedAt)] : running ? [formatElapsed(now - startedAt)] : []),
  ]
  return <span className="task-facts">{facts.join(' · ')}</span>
}

const TaskCard = memo(function TaskCard({ task }: { readonly task: SubTask }): ReactNode {
  const { isStored } = useSessionActions()
  const interrupted = useInterrupted()
  const stored = useStored(isStored, task.sessionId, interrupted || task.status !== 'running')
  return (
    <li className="task-card" data-status={task.status}>
      <div className="task-head">
        <strong>{task.agent}</strong>
        <span className="task-words">{task.description}</span>
        {stored === true && <a href={sessionAddress(task.sessionId)}>Open</a>}
      </div>
      <TaskFacts task={task} />
      {stored === false && <SessionElsewhere sessionId={task.sessionId} usage={task.usage} />}
      {task.output !== undefined && task.output !== '' && (
        <details>
          <summary>What came of it</summary>
          <Markdown text={task.output} />
        </details>
      )}
    </li>
  )
})

export const TaskCards = ({ tasks }: { readonly tasks: readonly SubTask[] }): ReactNode => (
  <ul className="task-cards" aria-label="Tasks of sub-agents">
    {tasks.map((task) => (
      <TaskCard key={task.taskId} task={task} />
    ))}
  </ul>
)
