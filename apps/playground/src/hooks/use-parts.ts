/** The parts of the agent: which are in use, and how to replace them or to play a scenario with others. */
import { useCallback, useEffect, useState } from 'react'
import { ApiError, type Api } from '../api/client.ts'
import type { AgentState, PartsReport, PartsWish } from '../api/types.ts'

/** What did not work, and what was wanted where it can be insisted on. */
export type PartsProblem = { readonly message: string; readonly insist?: () => void }

export type PartsControl = {
  /** Undefined before it is known, and where parts cannot be replaced. */
  readonly report: PartsReport | undefined
  /** A scenario's id, or `change`. */
  readonly busy: string | undefined
  readonly problem: PartsProblem | undefined
  readonly forget: () => void
  readonly change: (wish: PartsWish) => void
  /** Calls back with the session in which it is played. */
  readonly play: (scenario: string, onStarted: (id: string) => void) => void
}

export function useParts(api: Api, agent: AgentState | undefined, onChanged: () => void): PartsControl {
  const starts = agent?.starts
  // An agent without a process of its own is what it is.
  const replaceable = agent !== undefined && agent.state !== 'here'
  const [report, setReport] = useState<PartsReport>()
  const [busy, setBusy] = useState<string>()
  const [problem, setProblem] = useState<PartsProblem>()
  useEffect(() => {
    if (replaceable && starts !== undefined) api.parts().then(setReport, () => undefined) // the list of sessions tells what is wrong
  }, [api, starts, replaceable])
  const attempt = useCallback(
    (name: string, work: (anyway: boolean) => Promise<void>): void => {
      const run = async (anyway: boolean): Promise<void> => {
        setBusy(name)
        setProblem(undefined)
        try {
          await work(anyway)
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          const mayInsist = error instanceof ApiError && error.code === 'agent_busy'
          setProblem(mayInsist ? { message, insist: () => void run(true) } : { message })
        }
        setBusy(undefined)
        onChanged()
      }
      void run(false)
    },
    [onChanged],
  )
  const change = useCallback(
    (wish: PartsWish) => attempt('change', async (anyway) => setReport(await api.change(wish, anyway))),
    [api, attempt],
  )
  const play = useCallback(
    (scenario: string, onStarted: (id: string) => void) =>
      attempt(scenario, async (anyway) => onStarted((await api.play(scenario, anyway)).id)),
    [api, attempt],
  )
  const forget = useCallback(() => setProblem(undefined), [])
  return { report, busy, problem, forget, change, play }
}
