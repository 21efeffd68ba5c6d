/** The lines of an exported session: what each looks like, written and read. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { isJsonObject, type Json, type JsonObject, parsedJson } from '../model/json.ts'
import type { Rewinding } from './rewindings.ts'

/** Rises when older readers could no longer read it rightly. */
const FORMAT = 1

/** How many of each there are: a file that was cut off has no such line. */
export type SessionFileEnd = {
  readonly records: number
  readonly rewindings: number
  readonly inbox: number
  readonly blobs: number
  /** Digests of outputs that the journal names and that were not to be had. */
  readonly missingBlobs: readonly string[]
  /** Of all lines before: see `continued`. */
  readonly digest: string
}

export type SessionFileLine =
  | { readonly type: 'session'; readonly id: string }
  | { readonly type: 'record'; readonly record: string }
  | { readonly type: 'rewinding'; readonly note: Rewinding }
  | { readonly type: 'inbox'; readonly entry: string }
  | { readonly type: 'blob'; readonly digest: string; readonly text: string }
  | { readonly type: 'end'; readonly end: SessionFileEnd }

export function encodeLine(line: SessionFileLine): string {
  switch (line.type) {
    case 'session':
      return JSON.stringify({ seamfold: 'session', format: FORMAT, id: line.id })
    case 'record':
      return JSON.stringify({ record: readable(line.record) })
    case 'rewinding':
      return JSON.stringify({ rewinding: line.note })
    case 'inbox':
      return JSON.stringify({ inbox: readable(line.entry) })
    case 'blob':
      return JSON.stringify({ blob: line.digest, text: line.text })
    case 'end':
      return JSON.stringify({ end: line.end })
  }
}

/** The digest of a file's lines, one after the other. */
export const continued = (digest: string, line: string, host: Host): string => host.digest(`${digest}\n${line}`)

/** Throws `store_newer` for a later format, `store_corrupt` for what is no such line. */
export function decodeLine(text: string, number: number): SessionFileLine {
  const line = parsedJson(text)
  if (isJsonObject(line)) {
    const { seamfold, format, id, record, rewinding, inbox, blob, end } = line
    if (seamfold === 'session' && typeof format === 'number' && typeof id === 'string') return { type: 'session', id: known(format, id) }
    if (record !== undefined) return { type: 'record', record: verbatim(record, number) }
    if (inbox !== undefined) return { type: 'inbox', entry: verbatim(inbox, number) }
    if (isJsonObject(rewinding) && isNote(rewinding)) return { type: 'rewinding', note: rewinding }
    if (typeof blob === 'string' && typeof line.text === 'string') return { type: 'blob', digest: blob, text: line.text }
    if (isJsonObject(end) && isEnd(end)) return { type: 'end', end }
  }
  throw damagedFile(number, `it is no line of an exported session: ${JSON.stringify(text.slice(0, 80))}`)
}

export const damagedFile = (number: number, why: string): AgentError =>
  new AgentError('store_corrupt', `Line ${number} of the exported session is damaged: ${why}. Nothing was imported`, {
    details: { line: number },
  })

function known(format: number, id: string): string {
  if (format <= FORMAT) return id
  throw new AgentError(
    'store_newer',
    `The session was exported in format ${format}; this version reads up to ${FORMAT}. Upgrade @seamfold/core to import it`,
    { details: { format, known: FORMAT } },
  )
}

const isNote = (note: JsonObject): note is Rewinding =>
  typeof note.to === 'number' && typeof note.at === 'number' && typeof note.id === 'string'

const isEnd = (end: JsonObject): end is SessionFileEnd =>
  typeof end.digest === 'string' &&
  [end.records, end.rewindings, end.inbox, end.blobs].every((count) => typeof count === 'number') &&
  Array.isArray(end.missingBlobs)

/** Lines of JSON are shown as JSON where that comes back to the letter, so that people and tools can read them. */
function readable(text: string): Json {
  const parts = text.split('\n').map(parsedJson)
  return parts.every(isJsonObject) && parts.map((part) => JSON.stringify(part)).join('\n') === text ? parts : text
}

function verbatim(value: Json, number: number): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((part: Json) => JSON.stringify(part)).join('\n')
  throw damagedFile(number, 'it holds neither a text nor the lines of one')
}
