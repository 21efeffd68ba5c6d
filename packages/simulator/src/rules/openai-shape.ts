/** OpenAI's words for a request of the wrong shape. */
import { jsonType } from '../base/json.ts'
import type { Fault } from './rule.ts'
import type { Problem } from './shape.ts'

/** `messages[0].content[1].type`. */
export const openAiPath = (path: Problem['path']): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'object') return text
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')

const article = (word: string): string => (/^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`)

const listed = (values: readonly string[]): string => {
  const quoted = values.map((value) => `'${value}'`)
  const last = quoted.pop() ?? ''
  if (quoted.length === 0) return last
  return quoted.length === 1 ? `${quoted[0] ?? ''} and ${last}` : `${quoted.join(', ')}, and ${last}`
}

export const invalidValue = (param: string, actual: unknown, allowed: readonly string[]): Fault => ({
  message: `Invalid value: '${String(actual)}'. Supported values are: ${listed(allowed)}.`,
  param,
  code: 'invalid_value',
})

export const missingParameter = (param: string): Fault => ({
  message: `Missing required parameter: '${param}'.`,
  param,
  code: 'missing_required_parameter',
})

export const unknownParameter = (param: string): Fault => ({ message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' })

export const unsupportedParameter = (param: string, instead = ''): Fault => ({
  message: `Unsupported parameter: '${param}' is not supported with this model.${instead}`,
  param,
  code: 'unsupported_parameter',
})

export const emptyArray = (param: string): Fault => ({
  message: `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
  param,
  code: 'empty_array',
})

export const emptyString = (param: string): Fault => ({
  message: `Invalid '${param}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
  param,
  code: 'empty_string',
})

export const longString = (param: string, maximum: number, length: number): Fault => ({
  message: `Invalid '${param}': string too long. Expected a string with maximum length ${maximum}, but got a string with length ${length} instead.`,
  param,
  code: 'string_above_max_length',
})

export const longArray = (param: string, maximum: number, length: number): Fault => ({
  message: `Invalid '${param}': array too long. Expected an array with maximum length ${maximum}, but got an array with length ${length} instead.`,
  param,
  code: 'array_above_max_length',
})

/** A number outside of its range, or `undefined`. */
export function outOfRange(
  param: string,
  value: number | null | undefined,
  range: { readonly low: number; readonly high: number },
): Fault | undefined {
  if (value === undefined || value === null) return undefined
  const kind = Number.isInteger(range.low) && Number.isInteger(value) && !['temperature', 'top_p'].includes(param) ? 'integer' : 'decimal'
  if (value < range.low)
    return {
      message: `Invalid '${param}': ${kind} below minimum value. Expected a value >= ${range.low}, but got ${value} instead.`,
      param,
      code: `${kind}_below_min_value`,
    }
  if (value <= range.high) return undefined
  return {
    message: `Invalid '${param}': ${kind} above maximum value. Expected a value <= ${range.high}, but got ${value} instead.`,
    param,
    code: `${kind}_above_max_value`,
  }
}

/** Options for a stream where there is none, or `undefined`. */
export const streamOptionsFault = (request: { readonly stream?: boolean | null; readonly stream_options?: unknown }): Fault | undefined =>
  (request.stream_options ?? undefined) !== undefined && request.stream !== true
    ? { message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param: 'stream_options' }
    : undefined

export function openAiShapeFault(problem: Problem): Fault {
  const param = openAiPath(problem.path)
  switch (problem.kind) {
    case 'missing':
      return missingParameter(param)
    case 'extra':
      return unknownParameter(param)
    case 'type':
      return {
        message: `Invalid type for '${param}': expected ${problem.expected.split(' or ').map(article).join(' or ')}, but got ${problem.actual === null ? 'null' : article(jsonType(problem.actual))} instead.`,
        param,
        code: 'invalid_type',
      }
    case 'value':
    case 'tag':
      return invalidValue(param, problem.actual, problem.allowed)
  }
}
