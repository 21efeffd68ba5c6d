/** The tool through which a model that has no native structured output gives its answer. */
import type { JsonSchema } from '../model/json.ts'
import { jsonSchema, objectSchema, STRUCTURED_OUTPUT_TOOL } from '../model/schema.ts'
import type { Tool } from '../model/tool.ts'

/** Written out: every agent would carry what `tool({…})` checks. */
export function structuredOutput(schema: JsonSchema): Tool {
  const { json, parse } = jsonSchema(objectSchema(schema))
  return {
    definition: {
      name: STRUCTURED_OUTPUT_TOOL,
      description: 'Give your final answer. Call this once, when everything else is done.',
      parameters: json,
    },
    parse,
    access: () => [],
    effect: () => 'none',
    execute: async () => 'The answer was accepted.',
  }
}
