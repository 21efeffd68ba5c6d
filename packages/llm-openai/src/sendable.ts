/** Refuses keys and headers that no request could carry, before one is sent. */
import { AgentError } from '@seamfold/core/kit'
import type { OpenAiOptions } from './options.ts'

/** Anything but printable Latin-1 and tabs; what stands around a value is trimmed by whoever sends it. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

/** Throws `llm_unauthorized` for the key and `invalid_argument` for a header, without repeating what may be secret. */
export function checkSendable({ headers = {} }: OpenAiOptions, apiKey: OpenAiOptions['apiKey']): void {
  const key = typeof apiKey === 'string' ? unsendable(apiKey) : undefined
  if (key !== undefined)
    throw new AgentError('llm_unauthorized', `The key for OpenAI holds ${key}, which no header can carry: copy it anew`)
  for (const [name, value] of Object.entries(headers)) {
    const found = unsendable(value ?? '')
    if (found !== undefined) throw new AgentError('invalid_argument', `The header ${name} holds ${found}, which no header can carry`)
  }
}

function unsendable(value: string): string | undefined {
  const found = UNSENDABLE.exec(value.trim())
  if (found === null) return undefined
  const point = found[0].codePointAt(0) ?? 0
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')} as character ${found.index + 1}`
}
