/** The process of the agent: whether it is there, and how to kill it and to start it again. */
import { useCallback, useEffect, useState } from 'react'
import type { Api } from '../api/client.ts'
import type { AgentState } from '../api/types.ts'

export type AgentControl = {
  /** Undefined before it is known. */
  readonly agent: AgentState | undefined
  readonly busy: boolean
  readonly problem: string | undefined
  readonly kill: () => void
  readonly start: () => void
  /** Ask how it is now. */
  readonly look: () => void
}

const intervalMs = 5_000

export function useAgent(api: Api, onChanged: () => void): AgentControl {
  const [agent, setAgent] = useState<AgentState>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const act = useCallback(
    (work: () => Promise<AgentState>): void => {
      setBusy(true)
      setProblem(undefined)
      const run = async (): Promise<void> => {
        try {
          setAgent(await work())
          onChanged()
        } catch (error) {
          setProblem(error instanceof Error ? error.message : String(error))
        }
        setBusy(false)
      }
      void run()
    },
    [onChanged],
  )
  const look = useCallback(() => {
    api.agent().then(setAgent, () => undefined) // the list of sessions tells what is wrong
  }, [api])
  useEffect(() => {
    look()
    const timer = setInterval(look, intervalMs)
    return () => clearInterval(timer)
  }, [look])
  const kill = useCallback(() => act(api.kill), [act, api])
  const start = useCallback(() => act(api.start), [act, api])
  return { agent, busy, problem, kill, start, look }
}
