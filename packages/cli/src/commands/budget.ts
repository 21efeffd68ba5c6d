/** `seamfold budget`: what of a shared budget is used, held and lost, and by whom. */
import { type BudgetLimits, budgetRoots, type LedgerSnapshot, readBudget, type Spending } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { suggestion } from '../config/nearest.ts'
import { ago, dollars, duration } from '../render/measure.ts'
import type { Style } from '../render/style.ts'
import { tableLines } from '../render/table.ts'
import { groupDigits, visibleLine } from '../render/text.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { withJournal } from './with-journal.ts'

type BudgetOptions = SharedOptions & { readonly json?: boolean }

const NAMES = { tokens: 'tokens', usd: 'dollars', turns: 'turns', toolCalls: 'tool calls', workMs: 'time of work' } as const

const RESOURCES = ['tokens', 'usd', 'turns', 'toolCalls', 'workMs'] as const

export function budgetCommand(root: string | undefined, options: BudgetOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async ({ journal }) => {
    const roots: string[] = []
    for await (const each of budgetRoots(journal.store)) roots.push(each)
    if (root !== undefined && !roots.includes(root))
      throw new AgentError('invalid_argument', `There is no budget '${root}' in this journal. ${suggestion(root, roots)}`)
    const chosen = root === undefined ? roots.toSorted((a, b) => (a < b ? 1 : -1)) : [root]
    for (const name of chosen) {
      const state = await readBudget(journal.store, name)
      if (state === undefined) continue
      if (options.json === true) terminal.print(`${JSON.stringify({ root: name, ...state })}\n`)
      else terminal.print(`${budgetLines(name, state, terminal.style()).join('\n')}\n`)
    }
    if (chosen.length === 0 && options.json !== true)
      terminal.print("No budget is shared in this journal: set 'budget.perDay' in the configuration.\n")
    return EXIT.completed
  })
}

function budgetLines(root: string, state: LedgerSnapshot, style: Style): readonly string[] {
  const { colors } = style
  const lines = [colors.bold(`Budget ${visibleLine(root)}`), '', ...figures(state, style)]
  const now = Date.now()
  const held = state.reservations.map(({ kind, spender, agent = '', amount, at }) => [
    kind,
    spender,
    agent,
    amountText(amount),
    ago(at, now),
  ])
  if (held.length > 0) lines.push('', ...table(['HELD BY', 'FOR', 'AGENT', 'WORST CASE', 'SINCE'], held, style))
  const spent = Object.entries(state.spenders).toSorted(([, a], [, b]) => b.tokens - a.tokens)
  if (spent.length > 0)
    lines.push(
      '',
      ...table(
        ['USED BY', 'WHAT'],
        spent.map(([name, amount]) => [name, amountText(amount)]),
        style,
      ),
    )
  for (const [what, { count, newest }] of [
    ['Lost', state.lost],
    ['Overrun', state.overruns],
  ] as const) {
    if (count === 0) continue
    const shown = newest.map(({ spender, amount, at }) => [spender, amountText(amount), ago(at, now)])
    lines.push(
      '',
      colors.yellow(`${what}: ${count}`),
      ...table(['WHO', what === 'Lost' ? 'COUNTED AS' : 'BEYOND WHAT WAS HELD', 'WHEN'], shown, style),
    )
  }
  return [...lines, '']
}

/** A row for each resource that is limited or was used. */
function figures({ limits, used, held }: LedgerSnapshot, style: Style): readonly string[] {
  const rows = RESOURCES.filter((resource) => limits[resource] !== undefined || used[resource] > 0 || held[resource] > 0).map(
    (resource) => [
      NAMES[resource],
      figure(resource, used[resource]),
      figure(resource, held[resource]),
      limitText(limits, resource),
      limits[resource] === undefined ? '' : figure(resource, Math.max(0, limits[resource] - used[resource] - held[resource])),
    ],
  )
  return table(['', 'USED', 'HELD', 'LIMIT', 'LEFT'], rows, style)
}

const limitText = (limits: BudgetLimits, resource: keyof Spending): string => {
  const limit = limits[resource]
  return limit === undefined ? 'none' : figure(resource, limit)
}

const table = (titles: readonly string[], rows: readonly (readonly string[])[], style: Style): readonly string[] =>
  tableLines(
    titles.map((title) => ({ title })),
    rows.map((row) => row.map(visibleLine)),
    style,
  )

function figure(resource: keyof Spending, amount: number): string {
  if (resource === 'usd') return dollars(amount)
  return resource === 'workMs' ? duration(amount) : groupDigits(amount)
}

/** Only what there is any of. */
const amountText = (amount: Spending): string =>
  RESOURCES.filter((resource) => amount[resource] > 0)
    .map(
      (resource) =>
        `${figure(resource, amount[resource])}${resource === 'usd' || resource === 'workMs' ? '' : ` ${nameOf(resource, amount)}`}`,
    )
    .join(', ') || 'nothing'

const nameOf = (resource: keyof typeof NAMES, amount: Spending): string =>
  amount[resource] === 1 ? NAMES[resource].slice(0, -1) : NAMES[resource]
