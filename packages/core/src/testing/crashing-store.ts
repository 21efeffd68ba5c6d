/** A store that fails at its n-th append, before or after storing, as a crash or a cut connection would. */
import { AgentError } from '../base/errors.ts'
import type { SessionStore } from '../ports/session-store.ts'

export interface CrashingStoreOptions {
  /** Which append fails, counted from 1. */
  readonly at: number
  /** Whether its records are lost (`before`) or stored without the writer learning it (`after`). */
  readonly when: 'before' | 'after'
  /** Whether every later call fails too, as after the death of the process, or the store works again. Default: true. */
  readonly dies?: boolean
}

export interface CrashingStore extends SessionStore {
  /** How many appends were tried, the failing one included. */
  readonly appends: number
  /** Whether it has failed. */
  readonly crashed: boolean
}

/** Wraps a store; what was stored stays readable through the store itself. */
export function crashingStore(store: SessionStore, { at, when, dies = true }: CrashingStoreOptions): CrashingStore {
  let appends = 0
  let crashed = false
  let closed = false
  const failure = (): AgentError =>
    new AgentError('store_unavailable', `This store crashed ${when} storing append ${at}, as it was told to`, { details: { at, when } })
  const assertAlive = (): void => {
    if (closed) throw new AgentError('store_unavailable', 'This store was closed', { retryable: false })
    if (crashed && dies) throw failure()
  }
  return {
    contract: 1,
    get appends() {
      return appends
    },
    get crashed() {
      return crashed
    },
    async append(key, records, options) {
      assertAlive()
      appends += 1
      const last = appends === at
      if (last && when === 'after') await store.append(key, records, options)
      if (last) crashed = true
      if (last) throw failure()
      await store.append(key, records, options)
    },
    async *read(key, options) {
      assertAlive()
      yield* store.read(key, options)
    },
    async *keys(options) {
      assertAlive()
      yield* store.keys(options)
    },
    async delete(key) {
      assertAlive()
      await store.delete(key)
    },
    async replace(key, changes) {
      assertAlive()
      if (store.replace === undefined) throw new AgentError('unsupported', 'The store behind this one replaces nothing')
      await store.replace(key, changes)
    },
    async close() {
      // The wrapped store stays open: it belongs to the test, which reads from it what survived.
      closed = true
    },
  }
}
