/** What the address shows, in its fragment, so that back, forward and reload work. */
import { useMemo, useSyncExternalStore } from 'react'

export type Route =
  | { readonly view: 'home' }
  | { readonly view: 'parts' }
  | { readonly view: 'workflows' }
  | { readonly view: 'workflow'; readonly id: string }
  | { readonly view: 'session'; readonly id: string }
  | { readonly view: 'compare'; readonly a: string; readonly b: string }

const subscribe = (changed: () => void): (() => void) => {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    // A hand-written address with a stray percent sign: the server will not find it, and the page says so.
    return text
  }
}

function routeOf(hash: string): Route {
  const [, view, first, second] = hash.split('/')
  if (view === 'parts') return { view }
  if (view === 'workflows') return { view }
  if (view === 'workflow' && first) return { view, id: decode(first) }
  if (view === 'session' && first) return { view, id: decode(first) }
  if (view === 'compare' && first && second) return { view, a: decode(first), b: decode(second) }
  return { view: 'home' }
}

export const sessionAddress = (id: string): string => `#/session/${encodeURIComponent(id)}`

export const compareAddress = (a: string, b: string): string => `#/compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`

export const workflowsAddress = '#/workflows'

export const workflowAddress = (id: string): string => `#/workflow/${encodeURIComponent(id)}`

export const partsAddress = '#/parts'

export const goTo = (id: string | undefined): void => {
  location.hash = id === undefined ? '#/' : sessionAddress(id)
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return useMemo(() => routeOf(hash), [hash])
}
