/** Rules about the tools and the output format of a Responses request. */
import { contentOf, isMessage } from '../wire/responses.ts'
import type { ResolvedResponses } from '../wire/responses.ts'
import { chosenNames } from './chat-tools.ts'
import { longArray } from './openai-shape.ts'
import { functionNameFault, functionSchemaFault, outputSchemaFault, repeatedNameFault } from './openai-tools.ts'
import { firstFault } from './rule.ts'
import type { Rule } from './rule.ts'

type R = Rule<ResolvedResponses>

const amount: R = {
  id: 'responses.tools_amount',
  check: ({ request: { tools = [] } }) => (tools.length > 128 ? longArray('tools', 128, tools.length) : undefined),
}

const names: R = {
  id: 'responses.tool_name',
  check: ({ request: { tools = [] } }) =>
    firstFault(tools.entries(), ([index, tool]) => functionNameFault(tool.name, `tools[${index}].name`)),
}

const unique: R = {
  id: 'responses.tool_names_unique',
  check: ({ request: { tools = [] } }) => repeatedNameFault(tools.map(({ name }) => name)),
}

const schemas: R = {
  id: 'responses.tool_schema',
  check: ({ request: { tools = [] } }) =>
    firstFault(tools.entries(), ([index, tool]) => functionSchemaFault(tool, `tools[${index}].parameters`)),
}

const choice: R = {
  id: 'responses.tool_choice',
  check({ request: { tools = [], tool_choice } }) {
    const forced = tool_choice === 'required' || typeof tool_choice === 'object'
    if (forced && tools.length === 0)
      return { message: "Tool choice 'required' must be specified with 'tools' parameter.", param: 'tool_choice' }
    const unknown = chosenNames(tool_choice).find((name) => !tools.some((tool) => tool.name === name))
    return unknown === undefined ? undefined : { message: `Tool choice '${unknown}' not found in 'tools' parameter.`, param: 'tool_choice' }
  },
}

const format: R = {
  id: 'responses.text_format',
  check({ request, items }) {
    const wanted = request.text?.format
    if (wanted?.type === 'json_schema') return outputSchemaFault(wanted, 'text.format')
    if (wanted?.type !== 'json_object') return undefined
    const texts = items.filter(isMessage).flatMap(({ content }) => contentOf(content))
    const says = [...texts.map((part) => ('text' in part ? part.text : '')), request.instructions ?? ''].some((text) => /json/i.test(text))
    return says
      ? undefined
      : {
          message: "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
          param: 'input',
        }
  },
}

export const responsesToolRules: readonly R[] = [amount, names, unique, schemas, choice, format]
