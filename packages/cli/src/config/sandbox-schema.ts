/** Holds outside data to what a configuration may say of the sandbox. */
import { z } from 'zod'

const MODES = ['off', 'auto', 'required'] as const
const paths = z.array(z.string().min(1)).optional()
const count = z.int().min(1).optional()

/** A mode alone is short for an object with it. */
export const sandboxSchema: z.ZodType = z.union([
  z.enum(MODES),
  z.strictObject({
    mode: z.enum(MODES),
    network: z.union([z.enum(['none', 'all']), z.strictObject({ hosts: z.array(z.string().min(1)) })]).optional(),
    writable: paths,
    readable: paths,
    frozen: paths,
    hidden: paths,
    limits: z.strictObject({ memoryBytes: count, processes: count, temporaryBytes: count }).optional(),
  }),
])
