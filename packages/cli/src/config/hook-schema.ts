/** Holds outside data to what a configured hook may be. */
import { hookNames } from '@seamfold/core/kit'
import { z } from 'zod'

const name = z.enum(hookNames as [string, ...string[]], {
  error: ({ input }) => `there is no hook ${JSON.stringify(input)}. Hooks: ${hookNames.join(', ')}`,
})
const words = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])
const names = z.union([z.string(), z.array(z.string()).min(1)])
const WAYS = ['command', 'shell', 'url'] as const

/** One hook: what it is told of, and whom it asks. */
export const hookSchema: z.ZodObject = z
  .strictObject({
    name: z.string().min(1).optional(),
    on: z.union([name, z.array(name).min(1)]).optional(),
    tool: words.optional(),
    path: words.optional(),
    agent: names.optional(),
    priority: z.number().optional(),
    timeoutMs: z.number().int().min(0).optional(),
    command: z.array(z.string()).min(1).optional(),
    shell: z.string().min(1).optional(),
    url: z.url({ protocol: /^https?$/ }).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    secretVariable: z.string().min(1).optional(),
  })
  .superRefine((hook, context) => {
    if (WAYS.filter((way) => hook[way] !== undefined).length !== 1)
      context.addIssue({ code: 'custom', message: `a hook has exactly one of ${WAYS.join(', ')}` })
    for (const key of ['headers', 'secretVariable'] as const)
      if (hook[key] !== undefined && hook.url === undefined)
        context.addIssue({ code: 'custom', path: [key], message: 'only a hook with a url is sent this' })
  })
