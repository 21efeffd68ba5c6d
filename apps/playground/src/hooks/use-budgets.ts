/** The shared budgets of the session that is open, looked at again and again, since others may spend from them. */
import { useEffect, useState } from 'react'
import type { SharedBudget } from '../api/types.ts'
import { useSessionActions } from './session-actions.ts'

const intervalMs = 1_000

export function useBudgets(): readonly SharedBudget[] {
  const { budgets: ask } = useSessionActions()
  const [budgets, setBudgets] = useState<readonly SharedBudget[]>([])
  useEffect(() => {
    let stale = false
    const look = async (): Promise<void> => {
      if (document.hidden) return
      const found = await ask().catch(() => undefined) // the page says what is wrong; what was known stays
      if (!stale && found !== undefined) setBudgets(found)
    }
    void look()
    const timer = setInterval(() => void look(), intervalMs)
    return () => {
      stale = true
      clearInterval(timer)
    }
  }, [ask])
  return budgets
}
