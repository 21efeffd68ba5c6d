/** Puts secrets in the place of their references, for a tool that takes them. */
import { AgentError } from '../base/errors.ts'
import { isJsonObject, type Json } from '../model/json.ts'
import type { Tool } from '../model/tool.ts'
import type { SecurityProvider } from '../ports/security-provider.ts'

const REFERENCE = /secret:\/\/([\w.-]+)/g

export interface ReferenceOptions {
  readonly provider: SecurityProvider
  readonly signal: AbortSignal
}

/** Only in the arguments that the tool names. Throws `invalid_argument` for a name that is not offered, before anything is done. */
export async function withSecrets(tool: Tool, input: Json, { provider, signal }: ReferenceOptions): Promise<Json> {
  const { secrets = [], definition } = tool
  if (!isJsonObject(input) || secrets.length === 0) return input
  const taken = Object.fromEntries(Object.entries(input).filter(([name]) => secrets.includes(name)))
  const names = new Set(textsIn(taken).flatMap((text) => Array.from(text.matchAll(REFERENCE), ([, name = '']) => name)))
  if (names.size === 0) return input
  const values = new Map<string, string>()
  for (const name of names) {
    const value = await provider.resolve(name, { tool: definition.name, signal })
    if (value === undefined) throw unknownSecret(name, definition.name, provider.names)
    values.set(name, value)
  }
  const fill = (text: string): string => text.replace(REFERENCE, (whole, name: string) => values.get(name) ?? whole)
  return { ...input, ...(filled(taken, fill) as typeof input) }
}

function unknownSecret(name: string, tool: string, names: readonly string[]): AgentError {
  const known = names.length === 0 ? 'None are offered.' : `These are offered: ${names.join(', ')}.`
  return new AgentError('invalid_argument', `There is no secret '${name}' for '${tool}': nothing was done. ${known}`)
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function filled(value: Json, fill: (text: string) => string): Json {
  if (typeof value === 'string') return fill(value)
  if (Array.isArray(value)) return value.map((each: Json) => filled(each, fill))
  return isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, filled(field, fill)])) : value
}
