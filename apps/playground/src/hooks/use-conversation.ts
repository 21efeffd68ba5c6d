/** The conversation of one session as it happens, drawn at most once a frame. */
import { useEffect, useReducer, useState } from 'react'
import type { Envelope } from '@seamfold/core/kit'
import type { Api } from '../api/client.ts'
import { follow, type Connection } from '../api/follow.ts'
import { conversation, emptyConversation } from '../state/conversation.ts'
import { liveTail, type LiveRow } from '../state/live-tail.ts'
import type { Conversation } from '../state/types.ts'

type Seen = { readonly state: Conversation; readonly live: readonly LiveRow[] }

type Followed = Seen & { readonly connection: Connection }

const nothing: Seen = { state: emptyConversation, live: [] }

const see = ({ state, live }: Seen, envelope: Envelope): Seen => ({ state: conversation(state, envelope), live: liveTail(live, envelope) })

const connecting: Connection = { state: 'connecting' }

/** Calls back with everything that gathered, once a frame; a page in the background has no frames, so it gets a timer. */
function onceAFrame(deliver: () => void): { request(): void; stop(): void } {
  let frame = 0
  let timer = 0
  const stop = (): void => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    frame = 0
    timer = 0
  }
  const run = (): void => {
    stop()
    deliver()
  }
  return {
    request() {
      if (frame !== 0 || timer !== 0) return
      if (!document.hidden) frame = requestAnimationFrame(run)
      timer = window.setTimeout(run, 100)
    },
    stop,
  }
}

export function useConversation(api: Api, id: string): Followed {
  const [seen, apply] = useReducer(
    (before: Seen, envelopes: readonly Envelope[] | undefined) => (envelopes ? envelopes.reduce(see, before) : nothing),
    nothing,
  )
  const [connection, setConnection] = useState<Connection>(connecting)
  useEffect(() => {
    const stopped = new AbortController()
    let cursor: string | undefined
    let gathered: Envelope[] = []
    const frames = onceAFrame(() => {
      const envelopes = gathered
      gathered = []
      apply(envelopes)
    })
    const restart = (): void => {
      frames.stop()
      gathered = []
      cursor = undefined
      apply(undefined)
    }
    restart()
    const onEnvelopes = (envelopes: readonly Envelope[]): void => {
      cursor = envelopes.findLast(({ durable }) => durable)?.cursor ?? cursor
      gathered.push(...envelopes)
      frames.request()
    }
    void follow({ api, id, after: () => cursor, onEnvelopes, onRestart: restart, onConnection: setConnection, signal: stopped.signal })
    return () => {
      frames.stop()
      stopped.abort()
    }
  }, [api, id])
  return { ...seen, connection }
}
