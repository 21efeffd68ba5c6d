/** One workflow as it grows: its log is asked again and again for what is new. */
import { useEffect, useState } from 'react'
import { ApiError, type Api } from '../api/client.ts'
import type { WorkflowEnding, WorkflowStatus } from '../api/types.ts'
import { emptyWorkflow, workflowRun, type WorkflowRun } from '../state/workflow.ts'

export type FollowedWorkflow = {
  readonly id: string
  readonly run: WorkflowRun
  /** Undefined before it was read, and where there is none. */
  readonly status: WorkflowStatus | undefined
  /** Sessions of steps that wait for a person. */
  readonly waiting: ReadonlySet<string>
  /** Under way in the agent's process. */
  readonly here: boolean
  /** The file that it was run from last, as far as the store tells. */
  readonly file: string | undefined
  /** How it ended there. */
  readonly ended: WorkflowEnding | undefined
  /** Nothing was read yet. */
  readonly reading: boolean
  readonly problem: string | undefined
}

/** Milliseconds between two looks, while it is held and while nobody runs it. */
const [heldMs, restMs] = [400, 3_000]

const nothing = (id: string): FollowedWorkflow => ({
  id,
  run: emptyWorkflow,
  status: undefined,
  waiting: new Set(),
  here: false,
  file: undefined,
  ended: undefined,
  reading: true,
  problem: undefined,
})

const same = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((each) => b.has(each))

export function useWorkflow(api: Api, id: string): FollowedWorkflow {
  const [followed, setFollowed] = useState<FollowedWorkflow>(() => nothing(id))
  useEffect(() => {
    let stopped = false
    let timer = 0
    let cursor: string | undefined
    let run = emptyWorkflow
    let status: WorkflowStatus | undefined
    let waiting: ReadonlySet<string> = new Set()
    const look = async (): Promise<void> => {
      try {
        const { records, status: stands, waiting: waits, here = false, file, ended } = await api.workflow(id, cursor)
        if (stopped) return
        status = stands
        cursor = records.at(-1)?.cursor ?? cursor
        run = workflowRun(run, records)
        const told = new Set(waits)
        if (!same(waiting, told)) waiting = told
        setFollowed((before) =>
          before.run === run &&
          before.status === status &&
          before.waiting === waiting &&
          before.here === here &&
          before.file === (file ?? before.file) &&
          !before.reading &&
          before.problem === undefined
            ? before
            : { id, run, status, waiting, here, file: file ?? before.file, ended, reading: false, problem: undefined },
        )
      } catch (error) {
        if (stopped) return
        // Another one has that name now: it is read from its start.
        if (error instanceof ApiError && error.status === 410) [cursor, run] = [undefined, emptyWorkflow]
        const problem = error instanceof Error ? error.message : String(error)
        setFollowed((before) => ({ ...before, id, run, status, waiting, reading: false, problem }))
      }
      timer = window.setTimeout(() => void look(), run.held && !document.hidden ? heldMs : restMs)
    }
    void look()
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [api, id])
  return followed.id === id ? followed : nothing(id)
}
