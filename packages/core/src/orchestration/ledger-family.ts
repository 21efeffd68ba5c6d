/** Whose work a grant has paid for already: that of the session that it covers, and of all sub-agents below it. */
import type { LedgerState } from './ledger-state.ts'

export type Member = { readonly spender: string; readonly parent?: string | undefined }

export class LedgerFamily {
  /** Sub-agents, and the covered session that they work for. */
  readonly #roots = new Map<string, string>()

  isPaidFor(state: LedgerState, { spender, parent }: Member): boolean {
    if (state.grantOf(spender) !== undefined) return true
    if (parent === undefined) return false
    const root = this.#roots.get(parent) ?? parent
    if (state.grantOf(root) === undefined) return false
    this.#remember(state, spender, root)
    return true
  }

  #remember(state: LedgerState, spender: string, root: string): void {
    if (this.#roots.has(spender)) return
    for (const [member, each] of this.#roots) if (state.grantOf(each) === undefined) this.#roots.delete(member)
    this.#roots.set(spender, root)
  }
}
