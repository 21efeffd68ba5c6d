/** A tool that is an instance of a class keeps all that it is. */
import { expect, test } from 'vitest'
import { toolWith } from '../../src/model/tool-with.ts'
import type { Tool } from '../../src/model/tool.ts'

class Counter implements Tool {
  readonly definition = { name: 'count', description: 'Counts.', parameters: { type: 'object' } }
  readonly timeoutMs = 50
  #count = 1
  parse(): { readonly ok: true; readonly value: number } {
    return { ok: true, value: this.#count }
  }
  access(): readonly [] {
    return []
  }
  effect(): 'keyed' {
    return this.#count === 1 ? 'keyed' : (undefined as never)
  }
  async execute(): Promise<number> {
    return this.#count++
  }
}

test('a tool of a class parses, tells its effect and works as it did', async () => {
  const tool = new Counter()
  const made = toolWith(tool, async () => `counted ${await tool.execute()}`)
  expect(made.parse({})).toEqual({ ok: true, value: 1 })
  expect([made.effect({}), made.timeoutMs, made.definition.name]).toEqual(['keyed', 50, 'count'])
  expect('probe' in made).toBe(false)
  expect(await made.execute({}, {} as never)).toBe('counted 1')
})
