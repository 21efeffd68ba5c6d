/** How many pixels a rem is: letters are larger on very wide screens, and whatever is placed by hand grows with them. */
import { useSyncExternalStore } from 'react'

const measured = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16

function subscribe(changed: () => void): () => void {
  addEventListener('resize', changed)
  return () => removeEventListener('resize', changed)
}

export const useRem = (): number => useSyncExternalStore(subscribe, measured)
