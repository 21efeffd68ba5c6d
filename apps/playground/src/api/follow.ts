/** Follows a session for as long as it is looked at: reads its events, and comes back with the cursor whenever the line is cut. */
import { SseDecoder, type Envelope } from '@seamfold/core/kit'
import { offsetOf } from '../state/facts.ts'
import { ApiError, type Api } from './client.ts'

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly message: string }
  /** Trying again cannot help. */
  | { readonly state: 'refused'; readonly code: string; readonly message: string }

export type FollowOptions = {
  readonly api: Api
  readonly id: string
  /** The cursor to go on after: asked before every connection. */
  readonly after: () => string | undefined
  /** What one read delivered, in order. */
  readonly onEnvelopes: (envelopes: readonly Envelope[]) => void
  /** The cursor is of no use any more: what comes next is the session from its start. */
  readonly onRestart: () => void
  readonly onConnection: (connection: Connection) => void
  readonly signal: AbortSignal
}

const firstDelayMs = 250
const maxDelayMs = 5_000
/** The server gives a sign of life every 15 seconds; a line that is silent for longer is dead. */
const silenceMs = 40_000

/** Resolves when the signal fires, or when the server refuses for good. */
export async function follow(options: FollowOptions): Promise<void> {
  const { onConnection, onRestart, signal } = options
  let delay = firstDelayMs
  onConnection({ state: 'connecting' })
  while (!signal.aborted) {
    try {
      await readOnce(options, () => (delay = firstDelayMs))
      onConnection({ state: 'lost', message: 'The stream ended.' })
    } catch (error) {
      if (signal.aborted) return
      const failure = error instanceof ApiError ? error : new ApiError('unreachable', 'The connection was lost.', 0)
      if (failure.status === 410) onRestart()
      else if (failure.status >= 400 && failure.status < 500)
        return onConnection({ state: 'refused', code: failure.code, message: failure.message })
      else onConnection({ state: 'lost', message: failure.message })
    }
    await pause(delay * (0.5 + Math.random() / 2), signal)
    delay = Math.min(delay * 2, maxDelayMs)
  }
}

async function readOnce({ api, id, after, onEnvelopes, onConnection, signal }: FollowOptions, onRead: () => void): Promise<void> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), silenceMs)
  try {
    const response = await api.events(id, { after: after(), signal: AbortSignal.any([signal, silence.signal]) })
    const reader = response.body?.getReader()
    const decoder = new SseDecoder()
    onConnection({ state: 'live' })
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), silenceMs)
      onRead()
      const events = decoder.push(read.value)
      const failure = events.find(({ event }) => event === 'failure')
      const envelopes = events.filter(({ event }) => event !== 'failure').map(({ data }) => JSON.parse(data) as Envelope)
      if (takenBack(envelopes, after())) throw new ApiError('cursor_diverged', 'The session was rewound.', 410)
      if (envelopes.length > 0) onEnvelopes(envelopes)
      if (failure) throw toError(failure.data)
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Whether the session went back to before the last fact that was had: then what was read is no longer what happened. */
function takenBack(envelopes: readonly Envelope[], after: string | undefined): boolean {
  let last = after
  for (const { event, cursor, durable } of envelopes) {
    if (event.type === 'session_rewound' && last !== undefined && Number(offsetOf(last)) !== event.to.offset) return true
    if (durable) last = cursor
  }
  return false
}

/** A cursor that does not fit is told inside the stream, since the stream has begun by then. */
function toError(data: string): ApiError {
  const { code = 'internal', message = 'The server could not go on.' } = JSON.parse(data) as { code?: string; message?: string }
  return new ApiError(code, message, code.startsWith('cursor_') ? 410 : 503)
}

/** Waits, but not while the browser has just come back to the network. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    addEventListener('online', done, { once: true })
  })
}
