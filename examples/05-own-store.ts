/**
 * A store of your own in thirty lines, held to the contract by the conformance kit.
 *
 * Run: node 05-own-store.ts
 */
import assert from 'node:assert/strict'
import { createAgent } from '@seamfold/core'
import { AgentError, type SessionStore } from '@seamfold/core/kit'
import { formatCards, runCard, scriptedLlm, sessionStoreSuite } from '@seamfold/core/testing'

function mapStore(): SessionStore {
  const logs = new Map<string, readonly string[]>()
  let open = true
  const check = (signal?: AbortSignal): void => {
    if (!open) throw new AgentError('store_unavailable', 'The store was closed', { retryable: false })
    signal?.throwIfAborted()
  }
  return {
    contract: 1,
    async append(key, records, { expected, signal }) {
      check(signal)
      if (!records.every((record) => typeof record === 'string')) throw new AgentError('invalid_argument', 'A record is a string')
      const log = logs.get(key) ?? []
      if (log.length !== expected) throw new AgentError('store_conflict', `${key} holds ${log.length} records, not ${expected}`)
      if (records.length > 0) logs.set(key, [...log, ...records])
    },
    async *read(key, { from = 0, signal } = {}) {
      check(signal)
      for (const [index, record] of (logs.get(key) ?? []).slice(from).entries()) {
        check(signal)
        yield { offset: from + index, record }
      }
    },
    async *keys({ prefix = '', signal } = {}) {
      check(signal)
      for (const key of [...logs.keys()].filter((each) => each.startsWith(prefix))) yield key
    },
    async delete(key) {
      check()
      logs.delete(key)
    },
    async close() {
      open = false
    },
  }
}

const card = await runCard(sessionStoreSuite, { name: 'mapStore', create: mapStore })
console.log(formatCards([card]).split('\n').slice(0, 6).join('\n'), '\n…')
assert.ok(card.results.every(({ status }) => status !== 'failed'))

const agent = createAgent({ llm: scriptedLlm(['Kept.']), store: mapStore() })
console.log((await (await agent.run('Keep this.')).completed()).text)
