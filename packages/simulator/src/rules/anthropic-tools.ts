/** Rules about the tools that an Anthropic request offers and the choice among them. */
import { isFields } from '../base/json.ts'
import type { AnthropicRequest } from '../wire/anthropic.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'
import { invalidSchema } from './json-schema.ts'
import { strictSchemaFault } from './strict-schema.ts'

type R = Rule<AnthropicRequest>

const each = (
  { tools }: AnthropicRequest,
  check: (tool: NonNullable<AnthropicRequest['tools']>[number], place: string) => Fault | undefined,
): Fault | undefined => firstFault((tools ?? []).entries(), ([index, tool]) => check(tool, `tools.${index}.custom`))

const names: R = {
  id: 'anthropic.tool_name',
  check: (request) =>
    each(request, ({ name }, place) =>
      /^[a-zA-Z0-9_-]{1,128}$/.test(name) ? undefined : { message: `${place}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'` },
    ),
}

const unique: R = {
  id: 'anthropic.tool_names_unique',
  check: ({ tools = [] }) =>
    new Set(tools.map(({ name }) => name)).size === tools.length ? undefined : { message: 'tools: Tool names must be unique.' },
}

const schemas: R = {
  id: 'anthropic.tool_schema',
  check: (request) =>
    each(request, ({ input_schema: schema }, place): Fault | undefined => {
      if (schema['type'] === undefined) return { message: `${place}.input_schema.type: Field required` }
      if (schema['type'] !== 'object') return { message: `${place}.input_schema.type: Input should be 'object'` }
      if (['oneOf', 'allOf', 'anyOf'].some((word) => schema[word] !== undefined))
        return { message: `${place}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level` }
      if (invalidSchema(schema) !== undefined)
        return {
          message: `${place}.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12).`,
        }
      const properties = schema['properties']
      return Object.keys(isFields(properties) ? properties : {}).every((name) => /^[a-zA-Z0-9_.-]{1,64}$/.test(name))
        ? undefined
        : { message: `${place}.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'` }
    }),
}

const strict: R = {
  id: 'anthropic.tool_strict_schema',
  check: (request) =>
    each(request, (tool, place) => {
      const found = tool.strict === true ? strictSchemaFault(tool.input_schema, 'anthropic') : undefined
      return found === undefined ? undefined : { message: `${place}.input_schema: ${found}` }
    }),
}

const choice: R = {
  id: 'anthropic.tool_choice',
  check({ tools = [], tool_choice }, { model }) {
    if (tool_choice === undefined) return undefined
    if (model.forcedToolUse === false && (tool_choice.type === 'any' || tool_choice.type === 'tool'))
      return { message: `tool_choice.type: '${tool_choice.type}' is not supported for this model. Use 'auto'.` }
    if (tools.length === 0) return { message: 'tool_choice: tool_choice may only be specified while providing tools.' }
    return tool_choice.type === 'tool' && !tools.some(({ name }) => name === tool_choice.name)
      ? { message: `Tool '${tool_choice.name}' not found in provided tools` }
      : undefined
  },
}

const outputFormat: R = {
  id: 'anthropic.output_format',
  check({ output_config }) {
    const schema = output_config?.format?.schema
    const found = schema === undefined ? undefined : strictSchemaFault(schema, 'anthropic')
    return found === undefined ? undefined : { message: `output_config.format.schema: ${found}` }
  },
}

export const anthropicToolRules: readonly R[] = [names, unique, schemas, strict, choice, outputFormat]
