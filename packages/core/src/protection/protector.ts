/** Takes secrets out of plain data: messages, facts, requests, whatever is made of JSON. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts'

/** Gives the same value back where nothing was to be taken out. */
export type Protect = <T>(value: T) => T

export function protector(redact: (text: string) => string): Protect {
  const isClean = (value: Json): boolean => {
    if (typeof value === 'string') return redact(value) === value
    if (typeof value !== 'object' || value === null) return true
    if (Array.isArray(value)) return value.every(isClean)
    const object = value as JsonObject
    for (const key in object) if (redact(key) !== key || !isClean(object[key] as Json)) return false
    return true
  }
  // A redacted value has the shape of the one before: texts stay texts, lists stay lists. Most have nothing in them: that is found out first.
  return <T>(value: T): T => (isClean(value as Json) ? value : (protectJson(value as Json, redact) as T))
}

function protectJson(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value)
  if (typeof value !== 'object' || value === null) return value
  const each = (part: Json): Json => protectJson(part, redact)
  if (Array.isArray(value)) return mapped(value, each)
  const object = value as JsonObject
  if (object.type === 'image' && typeof object.data === 'string' && redact(object.data) !== object.data)
    return { type: 'text', text: '[redacted:image]' }
  const entries = Object.entries(object)
  const next = entries.map(([key, field]) => [redact(key), each(field)] as const)
  if (next.every(([key, field], index) => key === entries[index]?.[0] && Object.is(field, entries[index]?.[1]))) return value
  const changed = Object.fromEntries(next)
  return object.role === 'assistant' && Array.isArray(object.content) ? unsigned(changed) : changed
}

function mapped(list: readonly Json[], change: (value: Json) => Json): readonly Json[] {
  const next = list.map(change)
  return next.every((entry, index) => Object.is(entry, list[index])) ? list : next
}

/**
 * A provider signs what its model said as a whole: where something was taken out of it, no signature is kept, and no reasoning that is
 * worth nothing without one.
 */
function unsigned(message: JsonObject): JsonObject {
  const blocks = Array.isArray(message.content) ? (message.content as readonly Json[]) : []
  const content = blocks.flatMap((block): readonly Json[] => {
    if (!isJsonObject(block) || block.state === undefined) return [block]
    const { state: _, ...rest } = block
    return block.type === 'reasoning' ? [] : [rest]
  })
  return { ...message, content }
}

/** The error without secrets: another one where its words, its details or what caused it hold any. */
export function protectError(error: unknown, protect: Protect): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? protect(error) : error
  const said = [error.message, ...causes(error)]
  const details = isAgentError(error) ? error.details : {}
  const clean = { said: protect(said), details: protect(details) }
  if (clean.said === said && clean.details === details) return error
  const [message = ''] = clean.said
  if (isAgentError(error)) return new AgentError(error.code, message, { retryable: error.retryable, details: clean.details })
  return Object.assign(new Error(message), { name: error.name })
}

function causes({ cause }: Error, depth: number = 0): readonly string[] {
  if (!(cause instanceof Error)) return cause === undefined ? [] : [typeof cause === 'string' ? cause : (JSON.stringify(cause) ?? '')]
  return depth > 8 ? [] : [cause.message, ...causes(cause, depth + 1)]
}
