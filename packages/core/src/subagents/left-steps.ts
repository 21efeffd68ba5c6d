/** Settles what steps were granted that nobody will ask for any more: their run has ended without them, or was taken back. */
import { isTerminal } from '../model/session-state.ts'
import type { OpenedJournal } from '../session/bindable-tool.ts'
import type { BudgetGrants } from '../session/shared-budget.ts'
import { type Child, type Children, isOpen, NO_CHILDREN } from './children.ts'
import { grantId } from './step-funds.ts'
import type { TaskState } from './task-state.ts'

export type LeftSteps = {
  readonly journal: OpenedJournal
  state(): TaskState
  ledgers(): readonly BudgetGrants[]
  /** Is told of what is under way. */
  begun(work: Promise<unknown>): void
}

/** Looks at once, and whenever something is stored. */
export function watchLeftSteps({ journal, state, ledgers, begun }: LeftSteps): void {
  const { sessionId } = journal
  let known: Children = NO_CHILDREN
  let over = false
  const each = (children: readonly Child[], tell: (ledger: BudgetGrants, id: string, child: Child) => Promise<void>): void => {
    if (children.length === 0) return
    const told = ledgers().flatMap((ledger) => children.map((child) => tell(ledger, grantId(sessionId, child.start.taskId), child)))
    begun(Promise.allSettled(told))
  }
  const look = (): void => {
    const { children } = state()
    const { run } = journal.state
    const ended = run !== undefined && isTerminal(run.status)
    if (children === known && ended === over) return
    const left = ended ? [...children.values()] : [...known.values()].filter(({ start }) => !children.has(start.taskId))
    known = children
    over = ended
    each(left.filter(isOpen), (ledger, id) => ledger.lose(id))
  }
  look()
  // Whoever stored the end of a step may not have come to settle it.
  const ended = [...known.values()].filter((child) => !isOpen(child))
  each(ended, (ledger, id, { end }) => (end?.used === undefined ? ledger.lose(id) : ledger.settle(id, end.used)))
  journal.onCommit(look)
}
