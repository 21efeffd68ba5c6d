/** Which grant whoever asks works under: that of its own session, or of the one that all its tasks come from. */
import type { Reservation } from './ledger-record.ts'
import type { LedgerState } from './ledger-state.ts'

export type Member = { readonly spender: string; readonly parent?: string | undefined }

export class LedgerFamily {
  /** Sub-agents, and the session with a grant that they work for. */
  readonly #roots = new Map<string, string>()

  grantOf(state: LedgerState, { spender, parent }: Member): Reservation | undefined {
    const own = state.grantOf(spender)
    if (own !== undefined || parent === undefined) return own
    const root = this.#roots.get(parent) ?? parent
    const grant = state.grantOf(root)
    if (grant !== undefined) this.#remember(state, spender, root)
    return grant
  }

  #remember(state: LedgerState, spender: string, root: string): void {
    if (this.#roots.has(spender)) return
    for (const [member, each] of this.#roots) if (state.grantOf(each) === undefined) this.#roots.delete(member)
    this.#roots.set(spender, root)
  }
}
