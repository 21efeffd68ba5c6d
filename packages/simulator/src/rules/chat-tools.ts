/** Rules about the tools and the output format of a Chat Completions request. */
import { isFields } from '../base/json.ts'
import type { ChatRequest } from '../wire/chat.ts'
import { partsOf } from '../wire/chat.ts'
import { emptyArray, longArray } from './openai-shape.ts'
import { functionNameFault, functionSchemaFault, outputSchemaFault, repeatedNameFault } from './openai-tools.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<ChatRequest>

const amount: R = {
  id: 'chat.tools_amount',
  check({ tools }) {
    if (tools === undefined) return undefined
    if (tools.length === 0) return emptyArray('tools')
    return tools.length > 128 ? longArray('tools', 128, tools.length) : undefined
  },
}

const names: R = {
  id: 'chat.tool_name',
  check: ({ tools = [] }) =>
    firstFault(tools.entries(), ([index, tool]) => functionNameFault(tool.function.name, `tools[${index}].function.name`)),
}

const unique: R = {
  id: 'chat.tool_names_unique',
  check: ({ tools = [] }) => repeatedNameFault(tools.map((tool) => tool.function.name)),
}

const schemas: R = {
  id: 'chat.tool_schema',
  check: ({ tools = [] }) =>
    firstFault(tools.entries(), ([index, tool]) => functionSchemaFault(tool.function, `tools[${index}].function.parameters`)),
}

const legacy: R = {
  id: 'chat.legacy_functions',
  check: (request) =>
    firstFault(['functions', 'function_call'], (name) =>
      name in request
        ? {
            message: `'${name}' is deprecated and not accepted here. Use 'tools' and 'tool_choice'.`,
            param: name,
            code: 'unsupported_parameter',
          }
        : undefined,
    ),
}

/** The function names that a tool choice mentions. */
export function chosenNames(choice: unknown): readonly string[] {
  if (!isFields(choice)) return []
  const one = isFields(choice['function']) ? choice['function']['name'] : choice['name']
  const allowed = isFields(choice['allowed_tools']) ? choice['allowed_tools']['tools'] : choice['tools']
  if (Array.isArray(allowed)) return allowed.flatMap((tool: unknown) => chosenNames(tool))
  return typeof one === 'string' ? [one] : []
}

const onlyWithTools = (name: string): Fault => ({
  message: `Invalid value for '${name}': '${name}' is only allowed when 'tools' are specified.`,
  param: name,
})

const choice: R = {
  id: 'chat.tool_choice',
  check({ tools, tool_choice, parallel_tool_calls }): Fault | undefined {
    if (tools === undefined && tool_choice !== undefined) return onlyWithTools('tool_choice')
    if (tools === undefined && parallel_tool_calls !== undefined) return onlyWithTools('parallel_tool_calls')
    const unknown = chosenNames(tool_choice).find((name) => !tools?.some((tool) => tool.function.name === name))
    return unknown === undefined
      ? undefined
      : {
          message: `Invalid value for 'tool_choice': tool '${unknown}' not found in 'tools' parameter.`,
          param: 'tool_choice',
          code: 'invalid_value',
        }
  },
}

const format: R = {
  id: 'chat.response_format',
  check({ response_format, messages }) {
    if (response_format?.type === 'json_schema') return outputSchemaFault(response_format.json_schema, 'response_format')
    if (response_format?.type !== 'json_object') return undefined
    const says = messages.flatMap(partsOf).some((part) => part.type === 'text' && /json/i.test(part.text))
    return says
      ? undefined
      : {
          message: "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
          param: 'messages',
        }
  },
}

export const chatToolRules: readonly R[] = [amount, legacy, names, unique, schemas, choice, format]
