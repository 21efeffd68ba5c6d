/** Large outputs: the model sees the start and the end, and the whole is kept by its digest. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAgent, failed, hooks, type ImageBlock, memoryStore, storeBlobs, succeeded, tool } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { collect, eventsOf, resultsIn } from './runs.ts'

type Options = { readonly store?: SessionStore; readonly maxToolOutput?: number }

/** What the model, the journal and an observing hook get of what a tool returned. */
async function shown(output: unknown, options: Options = {}) {
  const say = tool({ name: 'say', description: 'Says it.', readOnly: true, execute: () => output })
  const llm = scriptedLlm([[callOf('say')], 'done'])
  const hooked: string[] = []
  const observer = hooks({
    post_tool_use: (event) => {
      hooked.push(event.output)
      return undefined
    },
  })
  const run = await createAgent({ llm, tools: [say], hooks: observer, ...options }).run('go')
  await run.completed()
  const [end] = await eventsOf(run, 'tool_end')
  return { model: resultsIn(llm.requests[1])[0], end, hooked: hooked[0] }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('a tool result', () => {
  test('of 100,000 characters is shown whole', async () => {
    const text = 'x'.repeat(100_000)
    const { model, end } = await shown(text)
    expect(model).toBe(text)
    expect(end).not.toHaveProperty('metadata')
  })

  test('of one more is cut to its first two thirds and its last third, which say what is missing', async () => {
    const text = `${'a'.repeat(66_666)}${'b'.repeat(1)}${'c'.repeat(33_334)}`
    const { model } = await shown(text)
    const note = `[… 1 of 100001 characters are left out here; the whole output is kept as artifact ${sha256(text)} …]`
    expect(model).toBe(`${'a'.repeat(66_666)}\n\n${note}\n\n${'c'.repeat(33_334)}`)
  })

  test('is the same for the model, for readers and for hooks', async () => {
    const { model, end, hooked } = await shown('long'.repeat(100), { maxToolOutput: 50 })
    expect(end?.output).toBe(model)
    expect(hooked).toBe(model)
  })

  test('that was cut is kept whole by its digest, once however often it is made', async () => {
    const store = memoryStore()
    const text = 'every word of it '.repeat(100)
    const first = await shown(text, { store, maxToolOutput: 60 })
    await shown(text, { store, maxToolOutput: 60 })
    expect(first.end?.metadata).toEqual({ artifact: { digest: sha256(text), characters: 1700, shown: 60 } })
    expect(await storeBlobs(store).get(sha256(text))).toBe(text)
    expect(await collect(store.keys({ prefix: 'blob/' }))).toHaveLength(1)
  })

  test('that was cut is kept before anybody is told of it', async () => {
    const inner = memoryStore()
    const written: string[] = []
    const store: SessionStore = {
      ...inner,
      async append(key, records, options) {
        await new Promise((resolve) => setImmediate(resolve))
        await inner.append(key, records, options)
        for (const record of records)
          written.push(`${key.slice(0, 5)}${options.sync === true ? ' sync' : ''}${record.includes('"t":"tool_end"') ? ' end' : ''}`)
      },
    }
    await shown('long'.repeat(100), { store, maxToolOutput: 50 })
    const ends = written.findIndex((line) => line.endsWith(' end'))
    expect(written.indexOf('blob/ sync')).toBeGreaterThan(0)
    expect(written.indexOf('blob/ sync')).toBeLessThan(ends)
  })

  test('keeps its images, its own metadata and whether it failed', async () => {
    const image: ImageBlock = { type: 'image', mediaType: 'image/png', data: 'A'.repeat(500) }
    const { model, end } = await shown(succeeded([{ type: 'text', text: 'x'.repeat(99) }, image], { source: 'camera' }), {
      maxToolOutput: 50,
    })
    expect(model).toEqual([{ type: 'text', text: expect.stringContaining('left out here') }, image])
    expect(end?.metadata).toMatchObject({ source: 'camera', artifact: { characters: 99, shown: 50 } })
    const broken = await shown(failed('x'.repeat(99), { kind: 'not_found', exitCode: 3 }), { maxToolOutput: 50 })
    expect(broken.end).toMatchObject({ isError: true, errorKind: 'not_found', exitCode: 3, metadata: { artifact: { characters: 99 } } })
  })

  test('does not count its images as text', async () => {
    const image: ImageBlock = { type: 'image', mediaType: 'image/png', data: 'A'.repeat(500) }
    expect((await shown([{ type: 'text', text: 'look' }, image], { maxToolOutput: 50 })).model).toEqual([
      { type: 'text', text: 'look' },
      image,
    ])
  })

  test('of several texts is cut as one', async () => {
    const { model, end } = await shown(
      [
        { type: 'text', text: 'a'.repeat(30) },
        { type: 'text', text: 'b'.repeat(30) },
      ],
      { maxToolOutput: 50 },
    )
    expect(model).toMatch(/^a{30}\nbb\n\n\[… 11 of 61 characters[^\]]*\]\n\nb{17}$/)
    expect(end?.metadata).toMatchObject({ artifact: { characters: 61, shown: 50 } })
  })
})

test('no cut leaves half a character, wherever it falls', { timeout: 30_000 }, async () => {
  const mixed = fc.array(fc.constantFrom('a', '\n', 'é', '𝒳', '🙂', '👩‍👩‍👧'), { minLength: 20, maxLength: 60 }).map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(mixed, fc.integer({ min: 1, max: 40 }), async (text, maxToolOutput) => {
      const { model, end } = await shown(text, { maxToolOutput })
      fc.pre(text.length > maxToolOutput)
      const [head = '', tail = ''] = String(model).split(/\n\n\[… .* …\]\n\n/)
      expect([head.isWellFormed(), tail.isWellFormed()]).toEqual([true, true])
      expect(text.startsWith(head) && text.endsWith(tail)).toBe(true)
      expect(head.length + tail.length).toBeLessThanOrEqual(maxToolOutput)
      expect(head.length + tail.length).toBeGreaterThanOrEqual(maxToolOutput - 2)
      expect(end?.metadata).toMatchObject({ artifact: { shown: head.length + tail.length, characters: text.length } })
      expect(model).toContain(`… ${text.length - head.length - tail.length} of ${text.length} characters`)
    }),
    { numRuns: 150 },
  )
})
