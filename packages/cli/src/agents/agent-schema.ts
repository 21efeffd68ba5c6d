/** Holds outside data to what a file may say of an agent. */
import type { Decision, Rule } from '@seamfold/core'
import { z } from 'zod'
import { RULE_FORMS, ruleFromText } from '../config/rule-text.ts'

/** A list, or words with commas between them. */
const names = z.union([
  z.array(z.string().min(1)),
  z.string().transform((text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  ),
])

const rule = z.string().transform((text, context) => {
  const found = ruleFromText(text)
  if (found !== undefined) return found
  context.issues.push({ code: 'custom', input: text, message: `'${text}' is not a rule. A rule is ${RULE_FORMS}` })
  return z.NEVER
})

const turns = z.number().int().positive()

const agentFileSchema = z.object({
  name: z.string().min(1).optional(),
  description: z.string().min(1),
  extends: z.string().min(1).optional(),
  prompt: z.string().min(1).optional(),
  tools: names.optional(),
  allowedTools: names.optional(),
  disallowedTools: names.optional(),
  model: z.string().min(1).optional(),
  maxSteps: turns.optional(),
  max_steps: turns.optional(),
  agents: names.optional(),
  hidden: z.boolean().optional(),
  permissions: z.strictObject({ rules: z.array(rule).optional(), default: z.enum(['allow', 'ask', 'deny']).optional() }).optional(),
  outputSchema: z.record(z.string(), z.json()).optional(),
  confirmationInheritance: z.enum(['inherit_parent', 'deny_on_ask']).optional(),
})

/** What a file says of an agent. */
export type AgentFile = {
  readonly name?: string | undefined
  readonly description: string
  readonly extends?: string | undefined
  readonly prompt?: string | undefined
  readonly tools?: readonly string[] | undefined
  readonly allowedTools?: readonly string[] | undefined
  readonly disallowedTools?: readonly string[] | undefined
  readonly model?: string | undefined
  readonly maxSteps?: number | undefined
  readonly max_steps?: number | undefined
  readonly agents?: readonly string[] | undefined
  readonly hidden?: boolean | undefined
  readonly permissions?: { readonly rules?: readonly Rule[] | undefined; readonly default?: Decision | undefined } | undefined
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined
  readonly confirmationInheritance?: 'inherit_parent' | 'deny_on_ask' | undefined
}

export const KEYS: readonly string[] = Object.keys(agentFileSchema.shape)

export type Problem = { readonly path: readonly PropertyKey[]; readonly words: string }

/** The file's data, or what is wrong with it: each in one sentence, and where. */
export function checkAgentFile(data: unknown): AgentFile | readonly Problem[] {
  const checked = agentFileSchema.safeParse(data)
  if (checked.success) return checked.data
  return checked.error.issues.map(({ path, message }) => ({ path, words: `${path.join('.') || 'it'}: ${message}` }))
}
