/** Budgets, timeouts and lanes as TypeScript. */
import type { Settings } from '../../setup/settings.ts'
import { type Piece, short } from './piece.ts'

const dayCode = (limits: NonNullable<Settings['dayBudget']>): Piece => ({
  imports: { '@seamfold/core': ['dailyLedger'] },
  before: [
    '// All sessions in the store spend from it; a new day begins at midnight, by the clock of this machine.',
    'const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions()',
    `const ledger = dailyLedger(store, { limits: ${short(limits)}, leases, zone })`,
  ],
  after: ['await ledger.close()'],
})

export function limitsCode({ budget, sessionBudget, dayBudget, timeouts, lanes }: Settings): Piece {
  const day: Piece = dayBudget === undefined ? { imports: {} } : dayCode(dayBudget)
  const limits = [
    `perRun: ${short(budget)}`,
    ...(sessionBudget === undefined ? [] : [`perSession: ${short(sessionBudget)}`]),
    ...(dayBudget === undefined ? [] : ['ledger']),
  ]
  return {
    imports: { '@seamfold/core': [...(day.imports['@seamfold/core'] ?? []), ...(lanes === undefined ? [] : ['laneQueue'])] },
    before: [...(day.before ?? []), ...(lanes === undefined ? [] : [`const lanes = laneQueue({ ...${short(lanes)}, store })`])],
    given: [
      `budget: { ${limits.join(', ')} },`,
      ...(timeouts === undefined ? [] : [`timeouts: ${short(timeouts)},`]),
      ...(lanes === undefined ? [] : ['lanes,']),
    ],
    after: [...(day.after ?? []), ...(lanes === undefined ? [] : ['await lanes.close()'])],
  }
}
