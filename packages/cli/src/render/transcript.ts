/** Turns the events of a session, live or stored, into text for a terminal: a pure fold, printed as it goes. */
import type { AgentEvent, Envelope } from '@seamfold/core/kit'
import { cardLines } from './card.ts'
import { endLines } from './ending.ts'
import { noticeLines } from './notice.ts'
import { beginTotals, countTotals, type Totals } from './totals.ts'
import { endProse, type Prose, prose, writeProse } from './prose.ts'
import { linesOf } from './text.ts'
import type { Style } from './style.ts'
import { type Calls, closeCall, noCalls, trackCalls } from './calls.ts'

/** What the last thing on the screen was: it decides where a blank line belongs. */
type Shown = 'nothing' | 'prompt' | 'text' | 'reasoning' | 'card' | 'notice' | 'ending'

export type Transcript = {
  readonly shown: Shown
  readonly prose: Prose
  readonly calls: Calls
  readonly totals: Totals
  /** The turn whose text is being printed, and how many characters of each block are out. */
  readonly turn: number
  readonly attempt: number
  readonly printed: Readonly<Record<number, number>>
}

export type TranscriptOptions = {
  readonly style: Style
  /** Show what the model thought. Default: true. */
  readonly reasoning?: boolean
  /** Show prompts. Default: true. */
  readonly prompts?: boolean
  /** Which parts of approvals are shown: requests and answers, only answers, or nothing. Default: `all`. */
  readonly approvals?: 'all' | 'answers' | 'none'
  /** Show how a run ended. Default: true. */
  readonly endings?: boolean
}

export const beginTranscript: Transcript = {
  shown: 'nothing',
  prose: prose(),
  calls: noCalls,
  totals: beginTotals,
  turn: 0,
  attempt: 0,
  printed: {},
}

export type Printed = { readonly transcript: Transcript; readonly output: string }

/** Take in one event; `output` is what is to be printed now. */
export function transcribe(before: Transcript, envelope: Envelope, options: TranscriptOptions): Printed {
  const { event } = envelope
  const totals = countTotals(before.totals, envelope)
  const calls = trackCalls(before.calls, envelope)
  // Turns are counted from one in every run.
  const place = event.type === 'agent_start' ? { turn: 0, attempt: 0, printed: {} } : {}
  const start: Transcript = { ...before, totals, calls, ...place }
  switch (event.type) {
    case 'text_delta':
      return delta(start, event, { ...options, kind: 'text' })
    case 'reasoning_delta':
      return options.reasoning === false ? silent(start) : delta(start, event, { ...options, kind: 'reasoning' })
    case 'turn_snapshot':
      return blocks(start, { turn: event.turn, attempt: event.attempt, content: event.blocks }, options)
    case 'turn_end':
      return turnEnd(start, event, options)
    case 'tool_start':
      return flush(start, options)
    case 'tool_end':
      return toolEnd(start, envelope, options)
    case 'agent_start':
      return options.prompts === false
        ? silent(start)
        : paragraph(start, { shown: 'prompt', lines: promptLines(event, options.style) }, options)
    case 'agent_end':
    case 'error':
    case 'run_cancelled':
    case 'run_suspended':
      return options.endings === false
        ? flush(start, options)
        : paragraph(start, { shown: 'ending', lines: endLines(event, totals, options.style) }, options)
    case 'confirmation_required':
    case 'user_question':
    case 'confirmation_received':
      return isHidden(event.type, options.approvals)
        ? flush(start, options)
        : paragraph(start, { shown: 'notice', lines: noticeLines(event, options.style) }, options)
    default: {
      const lines = noticeLines(event, options.style)
      return lines.length === 0 ? silent(start) : paragraph(start, { shown: 'notice', lines: lines }, options)
    }
  }
}

const isHidden = (
  type: 'confirmation_required' | 'confirmation_received' | 'user_question',
  approvals: TranscriptOptions['approvals'] = 'all',
): boolean => approvals === 'none' || (approvals === 'answers' && type !== 'confirmation_received')

const silent = (transcript: Transcript): Printed => ({ transcript, output: '' })

type Place = { readonly turn: number; readonly attempt: number; readonly block: number; readonly start: number; readonly text: string }
type Kind = 'text' | 'reasoning'

/** One more piece of a block. What is out already is not printed again; a new attempt starts over, which is said. */
function delta(
  before: Transcript,
  { turn, attempt, block, start, text }: Place,
  options: TranscriptOptions & { readonly kind: Kind },
): Printed {
  const again = restart(before, { turn, attempt }, options)
  const out = again.transcript.printed[block] ?? 0
  const fresh = text.slice(Math.max(0, out - start))
  if (fresh === '') return again
  const opened = open(again.transcript, options.kind, options)
  const written = writeProse(opened.transcript.prose, fresh, look(options.kind, options.style))
  const printed = { ...opened.transcript.printed, [block]: Math.max(out, start + text.length) }
  return { transcript: { ...opened.transcript, prose: written.prose, printed }, output: again.output + opened.output + written.output }
}

/** Step to another turn or attempt. Text of an attempt that is given up stays on the screen, marked. */
function restart(
  before: Transcript,
  { turn, attempt }: { readonly turn: number; readonly attempt: number },
  options: TranscriptOptions,
): Printed {
  if (before.turn === turn && before.attempt === attempt) return silent(before)
  const fresh = { ...before, turn, attempt, printed: {} }
  const lost = before.turn === turn && Object.keys(before.printed).length > 0
  if (!lost) return silent(fresh)
  const { colors, signs } = options.style
  return paragraph(
    fresh,
    { shown: 'notice', lines: [`  ${colors.yellow(signs.retry)} ${colors.dim('That answer was cut off; here it is again:')}`] },
    options,
  )
}

type BlockText = { readonly type: string; readonly text?: string }

type Content = { readonly turn: number; readonly attempt: number; readonly content: readonly BlockText[] }

/** Whole blocks: what of them is not out yet is printed. */
function blocks(before: Transcript, { turn, attempt, content }: Content, options: TranscriptOptions): Printed {
  let transcript = before
  let output = ''
  for (const [block, { type, text }] of content.entries()) {
    if ((type !== 'text' && type !== 'reasoning') || text === undefined || text === '') continue
    if (type === 'reasoning' && options.reasoning === false) continue
    const step = delta(transcript, { turn, attempt, block, start: 0, text }, { ...options, kind: type })
    transcript = step.transcript
    output += step.output
  }
  return { transcript, output }
}

function turnEnd(before: Transcript, event: Extract<AgentEvent, { type: 'turn_end' }>, options: TranscriptOptions): Printed {
  const rest = blocks(before, { turn: event.turn, attempt: event.attempt, content: event.message.content }, options)
  const flushed = flush(rest.transcript, options)
  return { transcript: flushed.transcript, output: rest.output + flushed.output }
}

function toolEnd(before: Transcript, envelope: Envelope, options: TranscriptOptions): Printed {
  const { event } = envelope
  // A denial has been told by its own event.
  if (event.type !== 'tool_end') return silent(before)
  const after = { ...before, calls: closeCall(before.calls, event.callId, event.id) }
  if (event.errorKind === 'permission_denied') return silent(after)
  const known = before.calls[event.callId]
  const args = known?.args ?? before.calls[event.id]?.args ?? {}
  const tookMs = known?.startedAt === undefined ? undefined : envelope.timestamp - known.startedAt
  const card = { ...event, args, tookMs, depth: event.callId.split('/').length - 1 }
  return paragraph(after, { shown: 'card', lines: cardLines(card, options.style) }, options)
}

const promptLines = (event: Extract<AgentEvent, { type: 'agent_start' }>, { colors, signs }: Style): readonly string[] => {
  const text = event.prompt.map((block) => (block.type === 'text' ? block.text : '[image]')).join('\n')
  return linesOf(text).map((line, index) => `${colors.cyan(index === 0 ? signs.prompt : ' ')} ${colors.bold(line)}`)
}

/** End the prose that is under way. */
function flush(before: Transcript, { style }: TranscriptOptions): Printed {
  const kind: Kind = before.shown === 'reasoning' ? 'reasoning' : 'text'
  const ended = endProse(before.prose, look(kind, style))
  return { transcript: { ...before, prose: ended.prose }, output: ended.output }
}

/** Whole lines, with a blank line before them where the kind changes. */
function paragraph(
  before: Transcript,
  { shown, lines }: { readonly shown: Shown; readonly lines: readonly string[] },
  options: TranscriptOptions,
): Printed {
  const flushed = flush(before, options)
  const gap = before.shown === 'nothing' || (before.shown === shown && shown !== 'prompt') ? '' : '\n'
  return { transcript: { ...flushed.transcript, shown }, output: `${flushed.output}${gap}${lines.join('\n')}\n` }
}

/** Start prose of a kind, unless it is under way. */
function open(before: Transcript, kind: Kind, options: TranscriptOptions): Printed {
  if (before.shown === kind) return silent(before)
  const flushed = flush(before, options)
  const indent = kind === 'reasoning' ? `  ${options.style.colors.dim(options.style.signs.thought)} ` : ''
  const gap = before.shown === 'nothing' ? '' : '\n'
  return { transcript: { ...flushed.transcript, shown: kind, prose: prose(indent) }, output: flushed.output + gap }
}

const look = (kind: Kind, style: Style): { readonly style: Style; readonly paint: (text: string) => string } => ({
  style,
  paint: kind === 'reasoning' ? (text) => style.colors.dim(style.colors.italic(text)) : (text) => text,
})
