/** Whether the store that is open here has a session: undefined before that is known. */
import { useEffect, useState } from 'react'

/** Milliseconds before the second look. Each takes longer than the one before it, up to so many times. */
const [againMs, slowest] = [1_000, 10]

/** `settled`: what is not there now does not come. A session that was only just begun may take a moment. */
export function useStored(isStored: (id: string) => Promise<boolean>, id: string, settled: boolean): boolean | undefined {
  const [stored, setStored] = useState<boolean>()
  useEffect(() => {
    if (id === '') return undefined
    let left = false
    let timer = 0
    const look = async (looks: number): Promise<void> => {
      const found = await isStored(id).catch(() => undefined) // that nobody answers is told elsewhere
      if (left) return
      if (found === true || settled || looks > 0) setStored(found)
      if (found === undefined || (!found && !settled))
        timer = window.setTimeout(() => void look(looks + 1), againMs * Math.min(looks + 1, slowest))
    }
    void look(0)
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [isStored, id, settled])
  return stored
}
