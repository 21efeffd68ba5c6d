/** The views that the first page does not need: each is loaded when it is opened, and fetched before that while nothing else happens. */
import { lazy } from 'react'

const conversation = () => import('./conversation-view.tsx')
const compare = () => import('./compare-view.tsx')
const parts = () => import('./parts-view.tsx')

export const LazyConversationView = lazy(async () => ({ default: (await conversation()).ConversationView }))
export const LazyCompareView = lazy(async () => ({ default: (await compare()).CompareView }))
export const LazyPartsView = lazy(async () => ({ default: (await parts()).PartsView }))

/** Comes with the library that draws graphs, which nothing else needs. */
export const LazyWorkflowView = lazy(async () => ({ default: (await import('./workflow-view.tsx')).WorkflowView }))

function fetchNow(): void {
  // A view that could not be fetched now is fetched when it is opened.
  for (const view of [conversation, parts]) view().catch(() => undefined)
}

/** What comes next is most likely a conversation. */
export function fetchViews(): void {
  if ('requestIdleCallback' in window) requestIdleCallback(fetchNow)
  else setTimeout(fetchNow, 200)
}
