/** Ledgers as anybody who can open the store may see them. */
import { systemHost } from '../base/host.ts'
import { LEDGER_PREFIX } from '../journal/keys.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { LedgerLog } from './ledger-log.ts'
import type { LedgerSnapshot } from './ledger-state.ts'

/** The roots of all budgets in a store, each once. */
export async function* budgetRoots(store: SessionStore): AsyncIterable<string> {
  const seen = new Set<string>()
  for await (const key of store.keys({ prefix: LEDGER_PREFIX })) {
    const root = decodeURIComponent(key.slice(LEDGER_PREFIX.length, key.lastIndexOf('/')))
    if (!seen.has(root)) yield root
    seen.add(root)
  }
}

/** What a budget has come to. Undefined for a root that nobody has spent from. Throws `store_corrupt`, `store_newer` and what the store throws. */
export async function readBudget(store: SessionStore, root: string): Promise<LedgerSnapshot | undefined> {
  const host = systemHost()
  const log = new LedgerLog({ store, host, root, writer: host.id('reader') })
  return log.transact(({ state }) =>
    Object.keys(state.limits).length === 0 && state.reservations.size === 0 ? undefined : state.snapshot(),
  )
}
