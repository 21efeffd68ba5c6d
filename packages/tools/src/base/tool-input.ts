/** What a tool takes: these arguments and no others, since one that is left out unseen is a wish that is not granted. */
import { z } from 'zod'

/** An object of exactly these fields. For another one the model is told which there are. */
export const toolInput = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `${unknown(issue.keys)}. There are: ${Object.keys(shape).join(', ')}` : undefined,
  })

const unknown = (keys: readonly string[]): string => `no such ${keys.length === 1 ? 'field' : 'fields'}: ${keys.join(', ')}`
