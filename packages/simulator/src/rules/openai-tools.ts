/** What OpenAI asks of a function's name and schema, in both of its APIs. */
import { shown } from '../base/json.ts'
import type { Fields } from '../base/json.ts'
import { invalidSchema } from './json-schema.ts'
import { emptyString, longString } from './openai-shape.ts'
import type { Fault } from './rule.ts'
import { strictSchemaFault } from './strict-schema.ts'

export type OpenAiFunction = { readonly name: string; readonly parameters?: Fields | null; readonly strict?: boolean | null }

export function functionNameFault(name: string, param: string): Fault | undefined {
  if (name === '') return emptyString(param)
  if (name.length > 64) return longString(param, 64, name.length)
  return /^[a-zA-Z0-9_-]+$/.test(name)
    ? undefined
    : {
        message: `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        param,
        code: 'invalid_value',
      }
}

export function repeatedNameFault(names: readonly string[]): Fault | undefined {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined
    ? undefined
    : { message: `Invalid 'tools': tool names must be unique. Found '${twice}' more than once.`, param: 'tools', code: 'invalid_value' }
}

export function functionSchemaFault({ name, parameters, strict }: OpenAiFunction, param: string): Fault | undefined {
  if (parameters === undefined || parameters === null) return undefined
  const wrong = (what: string): Fault => ({
    message: `Invalid schema for function '${name}': ${what}`,
    param,
    code: 'invalid_function_parameters',
  })
  const { type } = parameters
  if (type !== 'object') return wrong(`schema must be a JSON Schema of 'type: "object"', got 'type: "${shown(type)}"'.`)
  const unusable = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'].find((word) => parameters[word] !== undefined)
  if (unusable !== undefined)
    return wrong(`schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.`)
  const invalid = invalidSchema(parameters)
  if (invalid !== undefined) return wrong(`In context=(${invalid.map((step) => `'${step}'`).join(', ')}), schema is invalid.`)
  const found = strict === true ? strictSchemaFault(parameters, 'openai') : undefined
  return found === undefined ? undefined : wrong(found)
}

/** The schema of a structured output is always an object, and strict when it says so. */
export function outputSchemaFault(
  format: { readonly name: string; readonly schema?: Fields; readonly strict?: boolean | null },
  param: string,
): Fault | undefined {
  const name = functionNameFault(format.name, `${param}.name`)
  if (name !== undefined) return name
  const { schema } = format
  if (schema === undefined)
    return { message: `Missing required parameter: '${param}.schema'.`, param: `${param}.schema`, code: 'missing_required_parameter' }
  const wrong = (what: string): Fault => ({
    message: `Invalid schema for response_format '${format.name}': ${what}`,
    param,
    code: 'invalid_json_schema',
  })
  if (format.strict === true && schema['type'] !== 'object')
    return wrong(`schema must be a JSON Schema of 'type: "object"', got 'type: "${shown(schema['type'])}"'.`)
  const found = format.strict === true ? strictSchemaFault(schema, 'openai') : undefined
  return found === undefined ? undefined : wrong(found)
}
