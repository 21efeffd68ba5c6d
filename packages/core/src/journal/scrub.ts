/** Replaces what a fact says and keeps its shape: types, names, identities, counts and digests stay, so that it folds as before. */
import type { FactType } from '../model/event.ts'
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts'

type Scrub = (value: Json, replacement: string) => Json

/** Every text in it, however deep. An empty one says nothing and stays empty. */
const texts: Scrub = (value, replacement) => {
  if (typeof value === 'string') return value === '' ? '' : replacement
  if (Array.isArray(value)) return value.map((entry: Json) => texts(entry, replacement))
  return isJsonObject(value) ? mapped(value, (field) => texts(field, replacement)) : value
}

const mapped = (object: JsonObject, change: (value: Json, name: string) => Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]))

const each =
  (scrub: Scrub): Scrub =>
  (value, replacement) =>
    Array.isArray(value) ? value.map((entry: Json) => scrub(entry, replacement)) : value

/** Some fields of an object; the others stay. */
const fields =
  (scrubs: Readonly<Record<string, Scrub>>): Scrub =>
  (value, replacement) =>
    isJsonObject(value)
      ? mapped(value, (field, name) => (Object.hasOwn(scrubs, name) ? (scrubs[name]?.(field, replacement) ?? field) : field))
      : value

/** A provider's own state vouches for what was said, and goes with it. An image becomes a text. */
const block: Scrub = (value, replacement) => {
  if (!isJsonObject(value)) return value
  if (value.type === 'image') return { type: 'text', text: replacement }
  const { state: _, ...rest } = value
  return fields({ text: texts, input: texts, invalidInput: texts, content })(rest, replacement)
}

/** Blocks, or a text alone. */
const content: Scrub = (value, replacement) => (typeof value === 'string' ? texts(value, replacement) : each(block)(value, replacement))

const message = fields({ content })

const accesses = each((value, replacement) =>
  isJsonObject(value) ? mapped(value, (field, name) => (name === 'kind' ? field : texts(field, replacement))) : value,
)

/** Programs are told nothing of where the whole output is kept. */
const resultMetadata: Scrub = (value, replacement) => {
  if (!isJsonObject(value)) return value
  const { artifact: _, ...rest } = value
  return texts(rest, replacement)
}

/** What a reply had to match, and rules that were made for a call, say what it was about. */
const rule = fields({ rule: texts })
const gates = fields({ rule, hooks: each(fields({ reason: texts })), lane: fields({ after: fields({ error: texts }) }) })
const request = { args: texts, accesses, reason: texts, rule, gates, reply: (): Json => ({}) }
const answered = fields({ message: texts, args: texts, reply: texts, always: (): Json => [] })

/** What each fact says in words of somebody's own. A fact that is not here says nothing of the kind. */
const SAYINGS: Readonly<Partial<Record<FactType, Scrub>>> = {
  session_created: fields({ metadata: texts }),
  command_dead_lettered: fields({ error: texts }),
  session_forked: fields({ metadata: texts }),
  agent_start: fields({ prompt: content }),
  run_prepared: fields({ system: texts, prompt: content }),
  history_edited: fields({ edits: each(fields({ replacement: each(message) })) }),
  turn_end: fields({ message, meta: texts }),
  turn_start: fields({ request: fields({ system: texts, added: each(message) }) }),
  tool_execution_start: fields({ args: texts, accesses, witness: texts, gates }),
  tool_end: fields({ output: content, metadata: resultMetadata }),
  permission_denied: fields(request),
  confirmation_required: fields(request),
  confirmation_received: answered,
  confirmation_timeout: answered,
  user_question: fields(request),
  external_task_pending: fields(request),
  external_task_completed: answered,
  message_injected: fields({ message }),
  cancel_requested: fields({ reason: texts }),
  inbox_skipped: fields({ reason: texts }),
  subagent_start: fields({ description: texts, background: texts }),
  subagent_end: fields({ output: texts, structured: texts }),
  run_suspended: fields({ waitingFor: each(fields(request)) }),
  agent_end: fields({ text: texts, output: texts }),
  error: fields({ message: texts, text: texts }),
  run_cancelled: fields({ reason: texts, text: texts }),
}

/** Whether facts of this type say anything that could be replaced. */
export const canScrub = (type: string): boolean => Object.hasOwn(SAYINGS, type)

export const scrubbed = (fact: JsonObject, replacement: string): JsonObject =>
  (SAYINGS[fact.type as FactType]?.(fact, replacement) ?? fact) as JsonObject

/** An entry of an inbox: an answer, something said, a wish to stop. */
export const scrubbedEntry = (entry: JsonObject, replacement: string): JsonObject =>
  fields({ message, reason: texts, answer: fields({ message: texts, input: texts, value: texts, always: (): Json => [] }) })(
    entry,
    replacement,
  ) as JsonObject
