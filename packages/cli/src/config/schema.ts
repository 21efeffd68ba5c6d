/** Holds outside data to what a configuration may be. */
import type { Rule } from '@seamfold/core'
import { z } from 'zod'
import { hookSchema } from './hook-schema.ts'
import { flattenIssues, type Problem } from './issues.ts'
import { sandboxSchema } from './sandbox-schema.ts'
import { lanesSchema } from './lane-schema.ts'
import { RULE_FORMS, ruleFromText } from './rule-text.ts'

const positive = z.number().positive()
const price = z.number().min(0)

const limits = { usd: positive.optional(), tokens: positive.optional(), turns: positive.optional(), toolCalls: positive.optional() }
const milliseconds = z.number().int().min(0)

const match = z.strictObject({
  tool: z.string().min(1).optional(),
  access: z.enum(['read', 'write', 'exec', 'net', 'agent', 'other']).optional(),
  path: z.string().min(1).optional(),
  command: z.string().min(1).optional(),
  host: z.string().min(1).optional(),
  effect: z.enum(['none', 'idempotent', 'keyed', 'unsafe', 'composite']).optional(),
  agent: z.string().optional(),
  starts: z.string().min(1).optional(),
})

const ruleText = z.string().transform((text, context) => {
  const rule = ruleFromText(text)
  if (rule !== undefined) return rule
  context.issues.push({ code: 'custom', input: text, message: `'${text}' is not a rule. A rule is ${RULE_FORMS}` })
  return z.NEVER
})

const ruleObject = z
  .strictObject({
    allow: match.optional(),
    ask: match.optional(),
    deny: match.optional(),
    timeoutMs: positive.optional(),
    onTimeout: z.enum(['reject', 'approve', 'suspend']).optional(),
  })
  .refine(
    ({ allow, ask, deny }) => [allow, ask, deny].filter((each) => each !== undefined).length === 1,
    'a rule has exactly one of allow, ask, deny',
  )
  .refine(
    ({ ask, timeoutMs, onTimeout }) => ask !== undefined || (timeoutMs ?? onTimeout) === undefined,
    'only a rule that asks has a timeout',
  )
  .refine(
    ({ timeoutMs, onTimeout }) => onTimeout === undefined || timeoutMs !== undefined,
    "a rule with 'onTimeout' says with 'timeoutMs' when that is",
  )

const rule = z.preprocess((value) => (typeof value === 'string' ? (ruleFromText(value) ?? value) : value), z.union([ruleObject, ruleText]))

const MODES = ['ask', 'auto-edit', 'full', 'read-only'] as const

/** What a file of rules holds. */
const policySchema = z.strictObject({ mode: z.enum(MODES).optional(), rules: z.array(rule).optional() })

/** A configuration as a file holds it. Every key may be left out. */
const configSchema = z.strictObject({
  /** The model's name, as its provider calls it. */
  model: z.string().min(1).optional(),
  provider: z.enum(['anthropic', 'openai', 'simulator']).optional(),
  baseURL: z.url({ protocol: /^https?$/ }).optional(),
  instructions: z.string().min(1).optional(),
  permissions: z.union([z.enum(MODES), policySchema]).optional(),
  sandbox: sandboxSchema.optional(),
  askWhenUnknown: z.union([z.boolean(), z.array(z.string().min(1))]).optional(),
  /** US dollars per million tokens of `model`. */
  price: z
    .strictObject({
      input: price,
      output: price,
      cacheRead: price.optional(),
      cacheWrite: price.optional(),
      asOf: z.string().optional(),
    })
    .optional(),
  budget: z
    .strictObject({
      ...limits,
      perSession: z.strictObject(limits).optional(),
      perDay: z
        .strictObject({ ...limits, workMs: positive.optional() })
        .refine((day) => Object.keys(day).length > 0, 'a day needs at least one limit')
        .optional(),
    })
    .optional(),
  /** The journal's file; relative to the file that says so. */
  store: z.string().min(1).optional(),
  /** Folders with files of agents; relative to the file that says so. */
  agents: z.array(z.string().min(1)).optional(),
  /** Asked and told by priority, then in this order. */
  hooks: z.array(hookSchema).optional(),
  /** Where tool calls wait for their place. */
  lanes: lanesSchema.optional(),
  environment: z.strictObject({ keep: z.array(z.string().min(1)).optional() }).optional(),
  secrets: z
    .union([
      z.literal(false),
      z.strictObject({
        offer: z.array(z.string().min(1)).optional(),
        hide: z.array(z.string().min(1)).optional(),
        shapes: z.boolean().optional(),
      }),
    ])
    .optional(),
  timeouts: z
    .strictObject({
      totalMs: milliseconds.optional(),
      turnMs: milliseconds.optional(),
      firstChunkMs: milliseconds.optional(),
      chunkMs: milliseconds.optional(),
      toolMs: milliseconds.optional(),
      hookMs: milliseconds.optional(),
    })
    .optional(),
})

export type Checked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly (Problem & { readonly known: readonly string[] })[] }

/** A rule in its short form or as JSON, or undefined when it is none. */
export function ruleOf(text: string): Rule | undefined {
  const short = ruleFromText(text)
  if (short !== undefined) return short
  try {
    const parsed = ruleObject.safeParse(JSON.parse(text))
    return parsed.success ? (parsed.data as Rule) : undefined
  } catch {
    return undefined // no JSON: no rule
  }
}

/** A configuration's data, with rules in their short form read; or what is wrong with it. */
export const checkConfig = (data: unknown): Checked => check(configSchema, data)

/** The same of a file of rules. */
export const checkPolicy = (data: unknown): Checked => check(policySchema, data)

function check(schema: z.ZodType, data: unknown): Checked {
  const result = schema.safeParse(data)
  if (result.success) return { ok: true, value: result.data }
  return {
    ok: false,
    problems: flattenIssues(result.error.issues).map((problem) => ({ ...problem, known: knownKeys(schema, problem.path) })),
  }
}

/** The keys that are known at a path, for suggestions. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = schema
  for (const part of path) at = childOf(at, part)
  const shape = shapeOf(at)
  return shape === undefined ? [] : Object.keys(shape)
}

type Shape = Readonly<Record<string, unknown>>

function childOf(schema: unknown, key: PropertyKey): unknown {
  const plain = unwrap(schema)
  if (plain instanceof z.ZodArray) return plain.element
  return shapeOf(plain)?.[String(key)]
}

const unwrap = (schema: unknown): unknown => (schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema)

function shapeOf(schema: unknown): Shape | undefined {
  const plain = unwrap(schema)
  if (plain instanceof z.ZodObject) return plain.shape
  if (plain instanceof z.ZodPipe) return shapeOf(plain.out)
  if (plain instanceof z.ZodUnion) return plain.options.map(shapeOf).find((shape) => shape !== undefined)
  return undefined
}
