/** Holds outside data to what lanes of tool calls may be. */
import { z } from 'zod'

const count = z.number().int().positive()
const milliseconds = z.number().int().min(0)

const lane = z.strictObject({
  concurrency: count.optional(),
  priority: z.number().optional(),
  rate: z.strictObject({ calls: count, perMs: z.number().int().positive() }).optional(),
  waitMs: milliseconds.optional(),
  workMs: milliseconds.optional(),
  alertDepth: milliseconds.optional(),
  retry: z.strictObject({ attempts: count.optional(), baseDelayMs: milliseconds.optional() }).optional(),
})

/** Lanes by name, what they share, and the lanes of tools. */
export const lanesSchema: z.ZodObject = z.strictObject({
  control: lane.optional(),
  query: lane.optional(),
  execute: lane.optional(),
  generate: lane.optional(),
  concurrency: count.optional(),
  tools: z.record(z.string(), z.enum(['control', 'query', 'execute', 'generate'])).optional(),
})
