/** Takes out of an answer the nulls that stand for a property that was left out. */
import { isJsonObject, type Json, type JsonSchema } from './json.ts'
import { follow } from './json-schema.ts'

/**
 * Providers that hold a model to a schema know no optional properties: the model writes null for them. Such a null goes where
 * the schema does not require the property and does not allow null; every other one stays.
 */
export const withoutOptionalNulls = (value: Json, schema: JsonSchema): Json => prune(value, schema, schema)

function prune(value: Json, schema: Json | undefined, root: JsonSchema): Json {
  const shapes = shapesOf(schema, root)
  if (Array.isArray(value)) return value.map((item: Json) => shapes.reduce<Json>((left, shape) => prune(left, shape['items'], root), item))
  if (!isJsonObject(value)) return value
  return shapes.reduce<Json>((left, shape) => (isJsonObject(left) ? pruneObject(left, shape, root) : left), value)
}

function pruneObject(value: { readonly [key: string]: Json }, shape: JsonSchema, root: JsonSchema): Json {
  const { properties, required } = shape
  if (!isJsonObject(properties)) return value
  const isOptional = (name: string): boolean => name in properties && !(Array.isArray(required) && required.includes(name))
  const kept = Object.entries(value).filter(([name, item]) => item !== null || !isOptional(name) || allowsNull(properties[name], root))
  return Object.fromEntries(kept.map(([name, item]) => [name, prune(item, properties[name], root)]))
}

function allowsNull(schema: Json | undefined, root: JsonSchema): boolean {
  return shapesOf(schema, root).some(({ type, enum: values, const: only }) => {
    if (Array.isArray(type)) return type.includes('null')
    if (type !== undefined) return type === 'null'
    return Array.isArray(values) ? values.includes(null) : only === undefined || only === null
  })
}

/** A schema and everything that it refers to or chooses from. */
function shapesOf(schema: Json | undefined, root: JsonSchema, depth = 0): readonly JsonSchema[] {
  if (!isJsonObject(schema) || depth > 8) return []
  const { $ref, anyOf, oneOf, allOf } = schema
  const inner = [anyOf, oneOf, allOf].flatMap((list): readonly Json[] => (Array.isArray(list) ? list : []))
  if (typeof $ref === 'string') inner.push(follow(root, $ref.slice(1)) ?? {})
  if (inner.length > 0 && schema.properties === undefined) return inner.flatMap((one) => shapesOf(one, root, depth + 1))
  return [schema, ...inner.flatMap((one) => shapesOf(one, root, depth + 1))]
}
