/** Refuses turns of a wrong shape, with what would be right: what is ignored makes a test pass that should not. */
import { isFields } from '../base/json.ts'
import type { Turn } from './turn.ts'

/** What a value must be: words for people, and the test. */
type Kind = { readonly words: string; fits(value: unknown): boolean; readonly fields?: Fields }
type Fields = Readonly<Record<string, Kind & { readonly isNeeded?: boolean }>>

const text: Kind = { words: 'a text', fits: (value) => typeof value === 'string' }
const truth: Kind = { words: 'true or false', fits: (value) => typeof value === 'boolean' }
const anything: Kind = { words: 'anything', fits: () => true }
const oneOf = (...values: readonly string[]): Kind => ({
  words: values.map((value) => `'${value}'`).join(' or '),
  fits: (value) => values.includes(value as string),
})
const countFrom = (least: number): Kind => ({
  words: `a whole number from ${least}`,
  fits: (value) => Number.isInteger(value) && (value as number) >= least,
})
const milliseconds: Kind = { words: 'milliseconds from 0', fits: (value) => typeof value === 'number' && value >= 0 }
const object = (fields: Fields, example = ''): Kind => ({ words: `an object${example}`, fits: isFields, fields })
const needed = (kind: Kind): Kind & { readonly isNeeded: true } => ({ ...kind, isNeeded: true })

const PLACE = ', e.g. { afterEvents: 2 }'
const position = needed(countFrom(0))

const faults = object({
  error: object({ afterEvents: position, type: text, code: text, message: text, form: oneOf('event', 'failed') }, PLACE),
  cut: object({ afterEvents: countFrom(0), afterBytes: countFrom(0), how: oneOf('reset', 'end') }, PLACE),
  malformed: object({ afterEvents: position, frame: text }, PLACE),
  omitDone: truth,
  pingEvery: countFrom(1),
})

const pace = object({
  firstByteMs: milliseconds,
  betweenChunksMs: milliseconds,
  chunkBytes: countFrom(1),
  deltaCharacters: countFrom(1),
  lineEnding: { words: 'a line feed, a carriage return or both', fits: (value) => ['\n', '\r\n', '\r'].includes(value as string) },
})

const TYPES = ['text', 'reasoning', 'tool_call', 'refusal']

const blocks: Kind = {
  words: "a block or a list of blocks, e.g. text('Hello')",
  fits: (value) => Array.isArray(value) && value.every((block) => isFields(block) && TYPES.includes(block['type'] as string)),
}

const STOPS = ['end', 'tool_calls', 'max_tokens', 'stop_sequence', 'refusal', 'content_filter', 'pause', 'context_window']

const turns: Readonly<Record<Turn['type'], Fields>> = {
  answer: { type: anything, blocks: needed(blocks), stop: oneOf(...STOPS), usage: oneOf('normal', 'missing', 'late'), faults, pace },
  failure: {
    type: anything,
    status: needed({ words: "an HTTP status, 0 or 'overloaded'", fits: (value) => value === 'overloaded' || countFrom(0).fits(value) }),
    errorType: text,
    code: text,
    message: text,
    retryAfter: { words: 'seconds or a Date', fits: (value) => milliseconds.fits(value) || value instanceof Date },
    headers: object({}),
    body: text,
    afterMs: milliseconds,
  },
}

/** The turn itself. Throws a `TypeError` that says what is wrong, and what there is. */
export function checkedTurn<Checked extends Turn>(turn: Checked): Checked {
  checkFields(turn, turns[turn.type], '')
  return turn
}

/** What `faulty` is given must name something that goes wrong. */
export function checkFaults(given: unknown): void {
  check(given, needed(faults), 'faults')
  const names = Object.keys(faults.fields ?? {})
  if (isFields(given) && Object.values(given).every((value) => value === undefined))
    throw new TypeError(`faults names none: what goes wrong? There are: ${names.join(', ')}`)
}

function checkFields(given: object, fields: Fields, place: string): void {
  const values: Readonly<Record<string, unknown>> = { ...given }
  const unknown = Object.keys(values).find((name) => !(name in fields))
  if (unknown !== undefined)
    throw new TypeError(`${place === '' ? 'The turn' : place} has no '${unknown}'. There are: ${Object.keys(fields).join(', ')}`)
  for (const [name, kind] of Object.entries(fields)) check(values[name], kind, place === '' ? name : `${place}.${name}`)
}

function check(value: unknown, kind: Fields[string], place: string): void {
  if (value === undefined) {
    if (kind.isNeeded === true) throw new TypeError(`${place} is missing: ${kind.words}`)
    return
  }
  if (!kind.fits(value)) throw new TypeError(`${place} is ${shown(value)}, but it is ${kind.words}`)
  if (kind.fields !== undefined && Object.keys(kind.fields).length > 0 && isFields(value)) checkFields(value, kind.fields, place)
}

const shown = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value)))
