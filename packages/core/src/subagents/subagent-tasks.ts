/** `subagentTasks`: the tasks of a stored session as they stand, read without an agent. */
import { isAgentError } from '../base/errors.ts'
import { openRun, type RunState } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { openSession } from '../session/view.ts'
import { SubagentTracker, type SubagentTask } from './tracker.ts'

/**
 * Every task that the session has given, by the time at which it began. What has no end in the session is told by its child's journal:
 * a task whose child has not ended either is `interrupted`, and goes on when the session's run is resumed; whoever runs it in this process
 * has a `SubagentTracker`, which knows better. Throws `session_not_found`.
 */
export async function subagentTasks(store: SessionStore, sessionId: string): Promise<readonly SubagentTask[]> {
  const tracker = new SubagentTracker({ maxTasks: Infinity })
  await tracker.follow((await openSession(store, sessionId)).events({ follow: false }))
  return Promise.all(tracker.tasks().map(async (task) => (task.status === 'running' ? fromChild(store, task) : task)))
}

async function fromChild(store: SessionStore, task: SubagentTask): Promise<SubagentTask> {
  const run = await runOf(store, task.childSessionId)
  if (run === undefined || run.status === 'executing' || run.status === 'suspended') return { ...task, status: 'interrupted' }
  return {
    ...task,
    status: run.status,
    finishedAt: run.updatedAt,
    updatedAt: run.updatedAt,
    output: run.error?.message ?? run.text,
    success: run.status === 'completed',
  }
}

async function runOf(store: SessionStore, sessionId: string): Promise<RunState | undefined> {
  try {
    const state = await (await openSession(store, sessionId)).state()
    return openRun(state) ?? state.run
  } catch (error) {
    if (isAgentError(error, 'session_not_found')) return undefined
    throw error
  }
}
