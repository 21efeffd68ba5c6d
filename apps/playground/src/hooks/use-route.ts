/** Which session the address names, in its fragment, so that back, forward and reload work. */
import { useSyncExternalStore } from 'react'

const prefix = '#/session/'

const subscribe = (changed: () => void): (() => void) => {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

const read = (): string | undefined => {
  if (!location.hash.startsWith(prefix)) return undefined
  const id = location.hash.slice(prefix.length)
  try {
    return decodeURIComponent(id)
  } catch {
    // A hand-written address with a stray percent sign: the server will not find it, and the page says so.
    return id
  }
}

export const sessionAddress = (id: string): string => `${prefix}${encodeURIComponent(id)}`

export const goTo = (id: string | undefined): void => {
  location.hash = id === undefined ? '#/' : sessionAddress(id)
}

export const useRoute = (): string | undefined => useSyncExternalStore(subscribe, read)
