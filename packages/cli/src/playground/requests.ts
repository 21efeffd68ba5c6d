/** What the bodies of requests must look like. */
import type { GivenResult } from '@seamfold/core'
import type { Access, Json, JsonObject, Prompt } from '@seamfold/core/kit'
import { z } from 'zod'
import type { PartsWish } from './parts.ts'
import type { PlaygroundChange } from './types.ts'

const json = z.json() as z.ZodType<Json>

const text = z.object({ type: z.literal('text'), text: z.string() })
const image = z.object({
  type: z.literal('image'),
  mediaType: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
  data: z.base64(),
})

const prompt: z.ZodType<Prompt> = z.union([
  z.string().trim().min(1, 'say something'),
  z.array(z.discriminatedUnion('type', [text, image])).min(1),
])

export const createBody: z.ZodType<{ id?: string | undefined; metadata?: JsonObject | undefined }> = z.strictObject({
  id: z.string().min(1).max(200).optional(),
  metadata: z.record(z.string(), json).optional(),
})

/** `active`: its run is under way in the agent's process. `working`: here or elsewhere. `interrupted`: unfinished, and nobody is at it. */
type ListStatus = 'active' | 'working' | 'interrupted' | 'suspended' | 'idle' | 'completed' | 'failed' | 'cancelled' | 'unreadable'

/** What `GET /api/sessions` is asked for. */
export type ListQuery = {
  readonly after?: string | undefined
  readonly limit: number
  readonly search: string
  readonly status?: ListStatus | undefined
}

export const listQuery: z.ZodType<ListQuery> = z.strictObject({
  after: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  search: z.string().trim().max(200).default(''),
  status: z.enum(['active', 'working', 'interrupted', 'suspended', 'idle', 'completed', 'failed', 'cancelled', 'unreadable']).optional(),
})

export const sendBody: z.ZodType<{ prompt: Prompt; id?: string | undefined; rejectPending?: boolean | undefined }> = z.strictObject({
  prompt,
  id: z.string().min(1).max(200).optional(),
  rejectPending: z.boolean().optional(),
})

export const steerBody: z.ZodType<{ prompt: Prompt }> = z.strictObject({ prompt })

export const cancelBody: z.ZodType<{ reason?: string | undefined }> = z.strictObject({ reason: z.string().max(1_000).optional() })

const approve = z.strictObject({ decision: z.literal('approve'), input: json.optional() })
const reject = z.strictObject({ decision: z.literal('reject'), message: z.string().max(10_000).optional() })

const reply = z.strictObject({ decision: z.literal('reply'), value: json })

export const answerBody: z.ZodType<{
  requestId: string
  always?: boolean | undefined
  answer:
    | { decision: 'approve'; input?: Json | undefined }
    | { decision: 'reject'; message?: string | undefined }
    | { decision: 'reply'; value: Json }
}> = z
  .strictObject({
    requestId: z.string().min(1),
    always: z.boolean().optional(),
    answer: z.discriminatedUnion('decision', [approve, reject, reply]),
  })
  .refine(({ always, answer }) => always !== true || answer.decision === 'approve', 'only an approval can hold for ever')

export const workflowFileBody: z.ZodType<{ file: string; name?: string | undefined }> = z.strictObject({
  file: z.string().trim().min(1, 'name a file').max(4_000),
  name: z.string().min(1).max(200).optional(),
})

export const workflowRunBody: z.ZodType<{ file: string; name?: string | undefined; input?: Json | undefined }> = z.strictObject({
  file: z.string().trim().min(1, 'name a file').max(4_000),
  name: z.string().min(1).max(200).optional(),
  input: json.optional(),
})

export const emptyBody: z.ZodType<Record<string, never>> = z.strictObject({})

const cursor = z.string().min(1).max(500)

export const forkBody: z.ZodType<{
  at?: string | undefined
  id?: string | undefined
  metadata?: JsonObject | undefined
  keepRun?: boolean | undefined
  results?: Readonly<Record<string, GivenResult>> | undefined
  change?: PlaygroundChange | undefined
}> = z.strictObject({
  at: cursor.optional(),
  id: z.string().min(1).max(200).optional(),
  metadata: z.record(z.string(), json).optional(),
  keepRun: z.boolean().optional(),
  results: z
    .record(
      z.string(),
      z.strictObject({
        content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image]))]),
        isError: z.boolean().exactOptional(),
      }),
    )
    .optional(),
  change: z
    .strictObject({
      model: z.string().trim().min(1).max(200).exactOptional(),
      mode: z.string().min(1).max(100).exactOptional(),
      instructions: z.string().max(100_000).exactOptional(),
      rules: z.array(z.string().min(1).max(2_000)).max(100).exactOptional(),
    })
    .optional(),
})

export const rewindBody: z.ZodType<{ to: string; keepRun?: boolean | undefined }> = z.strictObject({
  to: cursor,
  keepRun: z.boolean().optional(),
})

const words = z.string().max(100_000)

const access: z.ZodType<Access> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('read'), path: words, by: words.exactOptional(), below: z.literal(true).exactOptional() }),
  z.object({
    kind: z.literal('write'),
    path: words,
    by: words.exactOptional(),
    below: z.literal(true).exactOptional(),
    perhaps: z.literal(true).exactOptional(),
  }),
  z.object({ kind: z.literal('exec'), command: words, commands: z.array(words).exactOptional(), undecided: words.exactOptional() }),
  z.object({ kind: z.literal('net'), host: words }),
  z.object({ kind: z.literal('agent'), agent: words }),
  z.object({ kind: z.literal('other') }),
])

export const whyBody: z.ZodType<{ tool: string; accesses: readonly Access[]; args?: Json | undefined }> = z.strictObject({
  tool: z.string().min(1),
  accesses: z.array(access).max(1_000),
  args: json.optional(),
})

export const cardBody: z.ZodType<{ seam: string; module: string }> = z.strictObject({
  seam: z.string().min(1).max(100),
  module: z.string().trim().min(1, 'name a module').max(4_000),
})

const count = z.number().int().positive().max(1e12)

export const partsBody: z.ZodType<PartsWish & { readonly anyway?: boolean | undefined }> = z.strictObject({
  workspace: z.enum(['own', 'sample']).exactOptional(),
  model: z
    .strictObject({
      provider: z.enum(['anthropic', 'openai', 'simulator']),
      model: z.string().trim().min(1).max(200).exactOptional(),
      baseURL: z.url({ protocol: /^https?$/ }).exactOptional(),
    })
    .exactOptional(),
  store: z
    .strictObject({ kind: z.enum(['sqlite', 'jsonl', 'memory']), path: z.string().trim().min(1).max(4_000).exactOptional() })
    .exactOptional(),
  executor: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('local') }),
      z.strictObject({
        kind: z.literal('remote'),
        url: z.url({ protocol: /^wss?$/ }),
        token: z.string().min(1).max(4_000).exactOptional(),
      }),
    ])
    .exactOptional(),
  hooks: z.boolean().exactOptional(),
  policy: z
    .strictObject({ mode: z.enum(['ask', 'auto-edit', 'full', 'read-only']), rules: z.array(z.string().min(1).max(4_000)).max(200) })
    .exactOptional(),
  tools: z.array(z.string().min(1).max(200)).max(200).exactOptional(),
  budget: z
    .strictObject({
      usd: z.number().positive().exactOptional(),
      tokens: count.exactOptional(),
      turns: count.exactOptional(),
      toolCalls: count.exactOptional(),
    })
    .exactOptional(),
  anyway: z.boolean().optional(),
})

export const scenarioBody: z.ZodType<{ anyway?: boolean | undefined }> = z.strictObject({ anyway: z.boolean().optional() })
