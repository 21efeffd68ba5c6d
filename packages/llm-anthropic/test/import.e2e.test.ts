/** What the built package costs to import. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const entry = new URL('../dist/index.js', import.meta.url).href

/** Makes a client in a process of its own, then calls it, and prints the modules that were loaded up to each moment. */
const program = `
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
const { anthropic } = await import(${JSON.stringify(entry)})
const client = anthropic({ model: 'claude-sonnet-4-5', apiKey: 'key', fetch: async () => new Response('') })
const before = [...loaded]
const request = { system: '', messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }], tools: [] }
await client.stream(request, { signal: new AbortController().signal })[Symbol.asyncIterator]().next().catch(() => undefined)
console.log(JSON.stringify({ before, after: loaded }))
`

test('the SDK is loaded by the first call, not by the import', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  const { before, after } = JSON.parse(stdout) as { before: readonly string[]; after: readonly string[] }
  const sdk = (urls: readonly string[]): number => urls.filter((url) => url.includes('/@anthropic-ai/sdk/')).length
  expect(before).toContain(entry)
  expect(sdk(before)).toBe(0)
  expect(sdk(after)).toBeGreaterThan(0)
})
