/** Fails a test that prints to the console. */
import { afterEach, beforeEach } from 'vitest'

const methods = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const
const printed: string[] = []

beforeEach(() => {
  printed.length = 0
  for (const method of methods)
    console[method] = (...values: unknown[]) => void printed.push(`console.${method}: ${values.map(String).join(' ')}`)
})

afterEach(() => {
  if (printed.length > 0)
    throw new Error(`this test printed ${printed.length} time(s); assert on the output instead:\n${printed.join('\n')}`)
})
