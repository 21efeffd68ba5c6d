/** A small language for the shape of a request: which fields, of which type, and no others. */

export type Shape =
  | { readonly is: 'string' | 'number' | 'integer' | 'boolean' | 'record' | 'anything'; readonly nullable?: boolean }
  | { readonly is: 'choice'; readonly values: readonly string[]; readonly nullable?: boolean }
  | { readonly is: 'list'; readonly of: Shape; readonly nullable?: boolean }
  | {
      readonly is: 'object'
      readonly fields: Readonly<Record<string, Shape>>
      readonly required: readonly string[]
      readonly nullable?: boolean
    }
  | {
      readonly is: 'tagged'
      readonly tag: string
      readonly variants: Readonly<Record<string, Shape>>
      readonly fallback?: string
      readonly nullable?: boolean
    }
  | { readonly is: 'either'; readonly choices: readonly Shape[]; readonly nullable?: boolean }

type FieldShapes = Readonly<Record<string, Shape>>

export const string: Shape = { is: 'string' }
export const number: Shape = { is: 'number' }
export const integer: Shape = { is: 'integer' }
export const boolean: Shape = { is: 'boolean' }
export const record: Shape = { is: 'record' }
export const anything: Shape = { is: 'anything' }

export const choice = (...values: readonly string[]): Shape => ({ is: 'choice', values })
export const list = (of: Shape): Shape => ({ is: 'list', of })
export const either = (...choices: readonly Shape[]): Shape => ({ is: 'either', choices })
export const nullable = (shape: Shape): Shape => ({ ...shape, nullable: true })

/** An object; `required` fields must be there, `optional` ones may, others may not. */
export const object = (required: FieldShapes, optional: FieldShapes = {}): Shape => ({
  is: 'object',
  fields: { ...required, ...optional },
  required: Object.keys(required),
})

/** One of several objects, told apart by the value of one field. */
export const tagged = (tag: string, variants: FieldShapes, fallback?: string): Shape => ({
  is: 'tagged',
  tag,
  variants,
  ...(fallback === undefined ? {} : { fallback }),
})

/** A step into a value: a field, a position, or the variant that a tag chose (which is no step, only a name). */
export type Step = string | number | { readonly variant: string }

/** How a value differs from its shape. */
export type Problem = {
  readonly kind: 'missing' | 'extra' | 'type' | 'value' | 'tag'
  readonly path: readonly Step[]
  /** The type that was expected, in JSON words; the allowed values where the type is right. */
  readonly expected: string
  readonly allowed: readonly string[]
  readonly actual: unknown
}
