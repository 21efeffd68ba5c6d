/** What the bodies of requests must look like. */
import type { Json, JsonObject, Prompt } from '@seamfold/core/kit'
import { z } from 'zod'

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

export const sendBody: z.ZodType<{ prompt: Prompt; id?: string | undefined; rejectPending?: boolean | undefined }> = z.strictObject({
  prompt,
  id: z.string().min(1).max(200).optional(),
  rejectPending: z.boolean().optional(),
})

export const steerBody: z.ZodType<{ prompt: Prompt }> = z.strictObject({ prompt })

export const cancelBody: z.ZodType<{ reason?: string | undefined }> = z.strictObject({ reason: z.string().max(1_000).optional() })

const approve = z.strictObject({ decision: z.literal('approve'), input: json.optional() })
const reject = z.strictObject({ decision: z.literal('reject'), message: z.string().max(10_000).optional() })

export const answerBody: z.ZodType<{
  requestId: string
  answer: { decision: 'approve'; input?: Json | undefined } | { decision: 'reject'; message?: string | undefined }
}> = z.strictObject({ requestId: z.string().min(1), answer: z.discriminatedUnion('decision', [approve, reject]) })

export const emptyBody: z.ZodType<Record<string, never>> = z.strictObject({})
