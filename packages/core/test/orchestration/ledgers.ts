/** Ledgers for tests: whatever is asked for as plain numbers, on a clock that jumps whenever somebody waits. */
import { budgetLedger, type BudgetLedger, type Host, systemHost } from '../../src/index.ts'
import type { LeaseStore, SessionStore } from '../../src/kit.ts'
import type { ReserveRequest } from '../../src/orchestration/ledger.ts'
import type { LedgerEntry } from '../../src/orchestration/ledger-record.ts'

/** Time passes only while somebody sleeps, and then at once; timers never fire, so leases run out unless they are used. */
export function jumpingHost(): Host {
  const real = systemHost()
  let now = 1_000_000
  let seed = 7
  return {
    ...real,
    clock: {
      now: () => now,
      timer: () => () => {},
      async sleep(ms, { signal } = {}) {
        signal?.throwIfAborted()
        now += ms
        await new Promise((resolve) => setImmediate(resolve))
        signal?.throwIfAborted()
      },
    },
    random: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647,
  }
}

export const attemptOf = (
  id: string,
  input: number,
  ...[output, least = output]: readonly [output: number, least?: number]
): ReserveRequest => ({
  id,
  kind: 'attempt',
  spender: 's',
  fixed: { tokens: input, turns: 1 },
  perToken: { tokens: 1 },
  output,
  least,
  workMs: 0,
  elapsedMs: 0,
})

export const callOfTool = (id: string): ReserveRequest => ({ ...attemptOf(id, 0, 0), kind: 'call', fixed: { toolCalls: 1 }, perToken: {} })

export const never: { readonly signal: AbortSignal } = { signal: new AbortController().signal }

export type Tokens = { readonly tokens: number; readonly leases?: LeaseStore; readonly host?: Host; readonly patienceMs?: number }

export const tokenLedger = (store: SessionStore, { tokens, ...options }: Tokens): BudgetLedger =>
  budgetLedger(store, { root: 'root', limits: { tokens }, ...options })

/** All that a ledger's log says, part after part. */
export async function entriesOf(store: SessionStore, root: string): Promise<readonly LedgerEntry[]> {
  const keys: string[] = []
  for await (const key of store.keys({ prefix: `budget/${encodeURIComponent(root)}/` })) keys.push(key)
  const entries: LedgerEntry[] = []
  for (const key of keys.toSorted((a, b) => Number(a.split('/')[2]) - Number(b.split('/')[2])))
    for await (const { record } of store.read(key)) entries.push((JSON.parse(record) as { entry: LedgerEntry }).entry)
  return entries
}
