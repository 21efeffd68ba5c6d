/** Reads a call that somebody typed: a tool's name, and its arguments as JSON or in short. */
import type { Tool } from '@seamfold/core'
import { AgentError, isJsonObject, type Json, type JsonObject, toMessage } from '@seamfold/core/kit'
import { suggestion } from '../config/nearest.ts'

export type TypedCall = { readonly tool: Tool; readonly args: Json }

/** `['bash', 'git push -f']`, or the same in one word. Throws `invalid_argument` for a tool that there is not, or arguments that are unclear. */
export function readCall(words: readonly string[], tools: readonly Tool[]): TypedCall {
  const [, name = '', text = ''] = /^\s*(\S+)\s*([^]*)$/.exec(words.join(' ')) ?? []
  const names = tools.map(({ definition }) => definition.name)
  const tool = tools.find(({ definition }) => definition.name === name)
  if (tool === undefined) throw new AgentError('invalid_argument', `There is no tool '${name}'. ${suggestion(name, names)}`)
  return { tool, args: fromJson(tool, text) ?? inShort(tool, text) }
}

/** A line for a shell may begin with a brace as well: where it is no JSON, it is such a line. */
function fromJson({ definition }: Tool, text: string): JsonObject | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const data: unknown = JSON.parse(text)
    return isJsonObject(data) ? data : undefined
  } catch (error) {
    if (aboutOf(definition) === 'command') return undefined
    throw new AgentError('invalid_argument', `The arguments of '${definition.name}' are not valid JSON: ${toMessage(error)}`, {
      cause: error,
    })
  }
}

type Definition = Tool['definition']

const propertiesOf = ({ parameters }: Definition): JsonObject => (isJsonObject(parameters.properties) ? parameters.properties : {})
const requiredOf = ({ parameters }: Definition): readonly string[] =>
  Array.isArray(parameters.required) ? parameters.required.map(String) : []

/** The argument that a call is about. */
function aboutOf(definition: Definition): string | undefined {
  const properties = propertiesOf(definition)
  const texts = Object.keys(properties).filter((key) => typeOf(properties[key]) === 'string')
  const required = requiredOf(definition)
  return (
    ['command', 'file_path', 'path', 'url'].find((key) => texts.includes(key)) ?? texts.find((key) => required.includes(key)) ?? texts[0]
  )
}

/** The text is the argument that the call is about; others that must be there stand in for what nobody has said, and touch nothing. */
function inShort({ definition }: Tool, text: string): JsonObject {
  const [about, properties] = [aboutOf(definition), propertiesOf(definition)]
  if (text !== '' && about === undefined)
    throw new AgentError(
      'invalid_argument',
      `'${definition.name}' has no argument that is a text: give its arguments as JSON, such as '{"key": 1}'`,
    )
  const given: JsonObject = text === '' || about === undefined ? {} : { [about]: text }
  const others = requiredOf(definition).filter((key) => !Object.hasOwn(given, key) && (text !== '' || key !== about))
  return { ...Object.fromEntries(others.map((key) => [key, standIn(properties[key])])), ...given }
}

const typeOf = (schema: Json | undefined): Json | undefined => (isJsonObject(schema) ? schema.type : undefined)

function standIn(schema: Json | undefined): Json {
  if (isJsonObject(schema) && Array.isArray(schema.enum)) return schema.enum[0] ?? null
  switch (typeOf(schema)) {
    case 'number':
    case 'integer':
      return 1
    case 'boolean':
      return false
    case 'array':
      return []
    case 'object':
      return {}
    default:
      return '…'
  }
}
