/** The time, told again every so often while somebody looks at a clock that runs. */
import { useEffect, useState } from 'react'

export function useNow(running: boolean, intervalMs = 500): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return undefined
    const tick = (): void => setNow(Date.now())
    tick()
    const timer = setInterval(tick, intervalMs)
    return () => clearInterval(timer)
  }, [running, intervalMs])
  return now
}
