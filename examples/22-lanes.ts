/**
 * One queue of lanes for two agents: searches begin at most twice in 300 ms, whoever asks, and the agents take turns. A search that is
 * cut off is tried again. One whose far side stays down is given up, kept as a dead letter, and driven again when it is up.
 *
 * Run: node 22-lanes.ts
 */
import assert from 'node:assert/strict'
import { createAgent, failed, jsonSchema, laneQueue, memoryStore, redriveLetter, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'

const far = { cuts: 1, up: true }
const begun: number[] = []

const search = tool({
  name: 'search',
  description: 'Searches the web.',
  input: jsonSchema<{ query: string }>({ type: 'object', properties: { query: { type: 'string' } }, required: ['query'] }),
  access: () => [{ kind: 'net', host: 'search.example' }],
  effect: 'none', // it may be made twice, so it is tried again
  execute({ query }) {
    begun.push(Date.now())
    if (!far.up || far.cuts-- > 0) return failed('the connection was reset', { kind: 'transport' })
    return `three pages about ${query}`
  },
})

const store = memoryStore()
const lanes = laneQueue({ query: { rate: { calls: 2, perMs: 300 }, retry: { attempts: 2, baseDelayMs: 50 } }, store })
const options = { tools: [search], store, lanes }
const asking = (...queries: string[]) =>
  createAgent({ ...options, llm: scriptedLlm([queries.map((query) => callOf('search', { query })), 'Found.']) })

const runs = await Promise.all([asking('oak', 'elm', 'ash').run('Trees'), asking('finch').run('Birds')])
for (const run of runs)
  for await (const { event } of run)
    if (event.type === 'command_retry') console.log(`${event.toolName}: ${event.error}, again in ${event.delayMs} ms`)
console.log(lanes.stats().query)

assert.equal(begun.length, 5) // four searches, and one that was tried again
const tooFast = begun.filter((at, index) => (begun[index + 2] ?? Infinity) - at < 295) // by the clock of the tool, not of the lane
assert.deepEqual(tooFast, [])

far.up = false
const failing = asking('moss')
await (await failing.run('Plants')).completed()
await failing.close()
const [letter] = await lanes.deadLetters()
console.log(`given up: ${letter?.toolName} ${JSON.stringify(letter?.args)}: ${letter?.error}, after ${letter?.attempts} attempts`)

far.up = true
const result = await redriveLetter({ ...options, llm: scriptedLlm([]) }, { id: letter?.id ?? '' })
assert.equal(result.text, 'It was done.')
assert.deepEqual(await lanes.deadLetters(), [])
lanes.close()
