/** Parses one event's data, which must be a JSON object. */
import { cutOff } from './errors.ts'

/** The fields are not checked here: whoever reads one allows for another type. */
export function parseObject(data: string, provider: string): object {
  const value = parse(data)
  if (typeof value === 'object' && value !== null) return value
  throw cutOff(provider, `it sent a piece that is not a JSON object: ${data.slice(0, 200)}`)
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
