/** What both protocols say of a request in the same way. */
import { systemHost, type JsonObject, type JsonSchema, type LlmRequest } from '@seamfold/core/kit'
import { outputSchema, type OutputSchema } from './output-schema.ts'

/** Fields of a body without those that the user's `extraBody` takes out, as the inside of a JSON object. */
export function fieldsText(fields: Readonly<Record<string, unknown>>, extraBody: JsonObject | undefined): string {
  if (extraBody === undefined) return JSON.stringify(fields).slice(1, -1)
  const all: Record<string, unknown> = { ...fields, ...extraBody }
  for (const [key, value] of Object.entries(extraBody)) if (value === null) all[key] = undefined
  return JSON.stringify(all).slice(1, -1)
}

/** A key of at most 64 characters, for api.openai.com alone: other servers may refuse a field that they do not know. */
export function cacheKeyOf({ cacheKey }: LlmRequest, official: boolean): string | undefined {
  if (!official || cacheKey === undefined) return undefined
  return cacheKey.length <= 64 ? cacheKey : systemHost().digest(cacheKey)
}

/** The schema of an answer, brought into shape once per schema. */
export function outputSchemas(): (output: LlmRequest['output']) => OutputSchema | undefined {
  const known = new WeakMap<JsonSchema, OutputSchema>()
  return (output) => {
    if (output === undefined) return undefined
    let shaped = known.get(output.schema)
    if (shaped === undefined) known.set(output.schema, (shaped = outputSchema(output)))
    return shaped
  }
}
