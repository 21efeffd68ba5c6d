/** The list of sessions, read again when something happened and now and then, because other processes write too. */
import { useCallback, useEffect, useState } from 'react'
import { ApiError, type Api } from '../api/client.ts'
import type { SessionSummary } from '../api/types.ts'

export type Listed = {
  readonly sessions: readonly SessionSummary[] | undefined
  readonly error: ApiError | undefined
  readonly refresh: () => void
}

const intervalMs = 5_000

export function useSessions(api: Api): Listed {
  const [sessions, setSessions] = useState<readonly SessionSummary[]>()
  const [error, setError] = useState<ApiError>()
  const refresh = useCallback(() => {
    const read = async (): Promise<void> => {
      try {
        setSessions(await api.sessions())
        setError(undefined)
      } catch (failure) {
        setError(failure instanceof ApiError ? failure : new ApiError('internal', String(failure), 0))
      }
    }
    void read()
  }, [api])
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
  return { sessions, error, refresh }
}
