/** The tool through which a model that has no native structured output gives its answer. */
import { tool } from '../model/define-tool.ts'
import type { JsonSchema } from '../model/json.ts'
import { jsonSchema, objectSchema, STRUCTURED_OUTPUT_TOOL } from '../model/schema.ts'
import type { Tool } from '../model/tool.ts'

export const structuredOutput = (schema: JsonSchema): Tool =>
  tool({
    name: STRUCTURED_OUTPUT_TOOL,
    description: 'Give your final answer. Call this once, when everything else is done.',
    input: jsonSchema(objectSchema(schema)),
    readOnly: true,
    execute: () => 'The answer was accepted.',
  })
