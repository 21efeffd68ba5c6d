/** Narrow readers for JSON that came from outside. */

/** An object with unknown fields, as JSON carries it. */
export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The parsed value, or `undefined` when the text is not JSON. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined // the caller says what was expected instead
  }
}

/** A copy without one field, for text that must not depend on that field. */
export function without(value: Fields, field: string): Fields {
  const { [field]: _dropped, ...rest } = value
  return rest
}

/** A value as a message shows it: text as it is, the rest as JSON. */
export const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'None'))

/** What JSON calls the type of a value: `null`, `array`, `object`, `string`, `integer`, `decimal` or `boolean`. */
export function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal'
  return typeof value
}
