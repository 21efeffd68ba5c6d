/** What a question to the server is answered, for as long as it is the one that is asked. */
import { useEffect, useState } from 'react'

export type Answered<T> = { readonly value?: T; readonly problem?: string }

/** `ask` names the question: another function is another question. Undefined asks nothing. */
export function useAnswer<T>(ask: (() => Promise<T>) | undefined): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({})
  useEffect(() => {
    if (ask === undefined) return undefined
    let stale = false
    const put = (answer: Answered<T>): void => {
      if (!stale) setAnswered(answer)
    }
    const run = async (): Promise<void> => {
      try {
        put({ value: await ask() })
      } catch (error) {
        put({ problem: error instanceof Error ? error.message : String(error) })
      }
    }
    void run()
    return () => {
      stale = true
    }
  }, [ask])
  return answered
}
