/** Shows a run as it happens, until it ends or waits for somebody who is not here. */
import type { Answer, Run, RunResult } from '@seamfold/core'
import type { Envelope, WaitingFor } from '@seamfold/core/kit'
import { statusLine } from '../render/status.ts'
import { beginTranscript, transcribe, type Transcript, type TranscriptOptions } from '../render/transcript.ts'
import type { Interrupt } from '../terminal/interrupt.ts'
import type { Screen } from '../terminal/screen.ts'
import { READER_GONE, type Terminal } from '../terminal/terminal.ts'

export type Format = 'text' | 'json' | 'quiet'

export type FollowOptions = {
  readonly terminal: Terminal
  readonly screen: Screen
  readonly interrupt: Interrupt
  readonly format: Format
  /** What is left out of the text. */
  readonly transcript?: Omit<TranscriptOptions, 'style'>
  /** Told of each event after it was shown: what must be asked is asked then, below what led to it. */
  readonly shown?: (envelope: Envelope) => void
  /** What a person is typing meanwhile. */
  readonly typed?: () => string
}

/** What of a run it takes to follow it. */
export type Followed = Pick<Run, 'result' | 'cancel'> & AsyncIterable<Envelope>

/** Read a run to its end. An interruption cancels it, and its end is read too. */
export async function follow(run: Followed, options: FollowOptions): Promise<RunResult> {
  const { terminal, interrupt } = options
  const cancel = (): void => void run.cancel(reasonOf(interrupt.signal)).catch(() => undefined)
  if (interrupt.signal.aborted) cancel()
  interrupt.signal.addEventListener('abort', cancel, { once: true })
  const forget = terminal.onReaderGone(() => interrupt.trigger(READER_GONE, 'whoever read the output has gone'))
  try {
    await (options.format === 'text' ? showText(run, options) : showRaw(run, options))
    return await run.result
  } finally {
    forget()
    interrupt.signal.removeEventListener('abort', cancel)
  }
}

const reasonOf = (signal: AbortSignal): string => (signal.reason instanceof Error ? signal.reason.message : 'interrupted')

async function showRaw(run: Followed, { terminal, format, shown }: FollowOptions): Promise<void> {
  for await (const envelope of run) {
    if (format === 'json') terminal.print(`${JSON.stringify(envelope)}\n`)
    shown?.(envelope)
  }
}

async function showText(run: Followed, { terminal, screen, transcript: rest, shown, typed }: FollowOptions): Promise<void> {
  let transcript: Transcript = beginTranscript
  let since = terminal.now()
  const status = (): string => statusLine(transcript, { style: terminal.style(), since, now: terminal.now(), typed: typed?.() ?? '' })
  screen.watch(status)
  try {
    for await (const envelope of run) {
      const printed = transcribe(transcript, envelope, { ...rest, style: terminal.style() })
      if (envelope.durable || printed.output !== '') since = terminal.now()
      transcript = printed.transcript
      screen.print(printed.output)
      shown?.(envelope)
      screen.watch(shown !== undefined && isAsked(envelope) ? undefined : status)
    }
  } finally {
    screen.watch(undefined)
  }
}

const isAsked = ({ event: { type } }: Envelope): boolean => type === 'confirmation_required' || type === 'user_question'

/** Brings questions of the runtime and what is on the screen into order: a question is put only when what led to it was shown. */
export interface Questions {
  confirm(request: WaitingFor, options: { readonly signal: AbortSignal }): Promise<Answer | undefined>
  /** Tell it of an event that was shown. */
  shown(envelope: Envelope): void
}

export function createQuestions(ask: (request: WaitingFor, signal: AbortSignal) => Promise<Answer | undefined>): Questions {
  const visible = new Map<string, PromiseWithResolvers<void>>()
  const gate = (requestId: string): PromiseWithResolvers<void> => {
    const known = visible.get(requestId) ?? Promise.withResolvers<void>()
    visible.set(requestId, known)
    return known
  }
  return {
    async confirm(request, { signal }) {
      const seen = gate(request.requestId)
      const stop = (): void => seen.resolve()
      signal.addEventListener('abort', stop, { once: true })
      await seen.promise
      signal.removeEventListener('abort', stop)
      return signal.aborted ? undefined : ask(request, signal)
    },
    shown({ event }) {
      if (event.type === 'confirmation_required' || event.type === 'user_question') gate(event.requestId).resolve()
      if (event.type === 'run_suspended') for (const each of event.waitingFor) gate(each.requestId).resolve()
    },
  }
}
