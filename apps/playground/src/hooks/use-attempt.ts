/** Does things that may fail, and keeps the words of the last failure for the page. */
import { useCallback, useState } from 'react'

export type Attempt = <T>(work: Promise<T>) => Promise<T>

export type Attempts = { readonly problem: string | undefined; readonly forget: () => void; readonly attempt: Attempt }

export function useAttempt(): Attempts {
  const [problem, setProblem] = useState<string>()
  const forget = useCallback(() => setProblem(undefined), [])
  const attempt = useCallback<Attempt>(async (work) => {
    try {
      const result = await work
      setProblem(undefined)
      return result
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      throw error
    }
  }, [])
  return { problem, forget, attempt }
}
