/** The list of sessions, page by page: its top is read again when something happened and now and then, because other processes write too. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ApiError, type Api } from '../api/client.ts'
import type { SessionSearch, SessionSummary } from '../api/types.ts'
import { type Loaded, withFirst, withNext } from '../state/session-pages.ts'

export type Listed = {
  /** Undefined before the first page is there. */
  readonly loaded: Loaded | undefined
  /** The chosen one, in the list or not; undefined where nothing is stored of it. */
  readonly selected: SessionSummary | undefined
  readonly search: SessionSearch
  readonly onSearch: (search: SessionSearch) => void
  /** Asks for the next page. Twice at once asks once. */
  readonly more: () => void
  readonly error: ApiError | undefined
  readonly refresh: () => void
}

const intervalMs = 5_000
/** Milliseconds without a key before words are looked for. */
const typingMs = 200

const failureOf = (failure: unknown): ApiError => (failure instanceof ApiError ? failure : new ApiError('internal', String(failure), 0))

function useOften(refresh: () => void): void {
  useEffect(() => {
    refresh()
    const timer = setInterval(() => {
      if (!document.hidden) refresh()
    }, intervalMs)
    document.addEventListener('visibilitychange', refresh)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', refresh)
    }
  }, [refresh])
}

/** What is typed, once the typing rests. */
function useRested(search: SessionSearch): SessionSearch {
  const [rested, setRested] = useState(search)
  useEffect(() => {
    const timer = setTimeout(() => setRested(search), typingMs)
    return () => clearTimeout(timer)
  }, [search])
  return rested
}

/** One session that may stand far down in the list, or in none. */
function useSelected(api: Api, id: string | undefined): { readonly session: SessionSummary | undefined; readonly look: () => void } {
  const [session, setSession] = useState<SessionSummary>()
  const look = useCallback(() => {
    if (id !== undefined) api.session(id).then(setSession, () => setSession(undefined)) // the conversation says what is wrong with it
  }, [api, id])
  return { session: session?.id === id ? session : undefined, look }
}

export function useSessions(api: Api, id: string | undefined): Listed {
  const [search, onSearch] = useState<SessionSearch>({ words: '', status: undefined })
  const asked = useRested(search)
  const [loaded, setLoaded] = useState<{ readonly asked: SessionSearch; readonly pages: Loaded }>()
  const [error, setError] = useState<ApiError>()
  const { session, look } = useSelected(api, id)
  const asking = useRef<string>(undefined)
  const refresh = useCallback(() => {
    look()
    const read = async (): Promise<void> => {
      try {
        const page = await api.sessions(asked, undefined)
        setLoaded((before) => ({ asked, pages: withFirst(before?.asked === asked ? before.pages : undefined, page) }))
        setError(undefined)
      } catch (failure) {
        setError(failureOf(failure))
      }
    }
    void read()
  }, [api, asked, look])
  useOften(refresh)
  const next = loaded?.asked === asked ? loaded.pages.next : undefined
  const more = useCallback(() => {
    if (next === undefined || asking.current === next) return
    asking.current = next
    const read = async (): Promise<void> => {
      try {
        const page = await api.sessions(asked, next)
        setLoaded((before) =>
          before?.asked === asked && before.pages.next === next ? { asked, pages: withNext(before.pages, page) } : before,
        )
      } catch (failure) {
        setError(failureOf(failure))
      } finally {
        asking.current = undefined
      }
    }
    void read()
  }, [api, asked, next])
  const pages = loaded?.pages
  const selected = useMemo(() => session ?? pages?.sessions.find((each) => each.id === id), [session, pages, id])
  return { loaded: pages, selected, search, onSearch, more, error, refresh }
}
