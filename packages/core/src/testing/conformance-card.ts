/** Runs a suite without a test runner and gives the outcome of each case as data, for a README or a page. */
import { toMessage } from '../base/errors.ts'
import { casesFor, knownReason, runCase, strangersError, unknownIds, type Candidate, type Case, type Suite } from './conformance.ts'

/** `known` is a known failure that still fails; one that passes now counts as `failed`. */
export type CaseStatus = 'passed' | 'failed' | 'known' | 'skipped'

export type CaseResult = {
  readonly id: string
  readonly title: string
  readonly status: CaseStatus
  /** Why it failed, why it is known to, or why it was left out. */
  readonly reason?: string
}

/** One adapter's outcome, case by case, in the suite's order. */
export type Card = {
  readonly seam: string
  readonly name: string
  /** No case failed. */
  readonly passed: boolean
  readonly results: readonly CaseResult[]
}

export interface CardOptions {
  /** Milliseconds before a case that hangs counts as failed. Default: 30,000. */
  readonly timeoutMs?: number
  /** Hears of each case as it ends, and how many there are. */
  onResult?(result: CaseResult, count: number): void
}

/** Runs every case, one after the other. Rejects only when `knownFailures` names a case that does not exist. */
export async function runCard<S>(suite: Suite<S>, candidate: Candidate<S>, options: CardOptions = {}): Promise<Card> {
  const { timeoutMs = 30_000 } = options
  const strangers = unknownIds(suite, candidate)
  if (strangers.length > 0) throw strangersError(suite, strangers)
  const chosen = new Set(casesFor(suite, candidate))
  const results: CaseResult[] = []
  for (const each of suite.cases) {
    const { id, title } = each
    const result: CaseResult = chosen.has(each)
      ? { id, title, ...(await judge(each, candidate, timeoutMs)) }
      : { id, title, status: 'skipped', reason: 'heavy, and not asked for' }
    results.push(result)
    options.onResult?.(result, suite.cases.length)
  }
  return { seam: suite.seam, name: candidate.name, passed: results.every(({ status }) => status !== 'failed'), results }
}

/** Cards of one seam side by side as a Markdown table, a row per case. */
export function formatCards(cards: readonly Card[]): string {
  const marks: Readonly<Record<CaseStatus, string>> = { passed: '✓', failed: '✗', known: 'known', skipped: '–' }
  const first = cards[0]
  if (first === undefined) return ''
  const cell = (card: Card, id: string): string => marks[card.results.find((result) => result.id === id)?.status ?? 'skipped']
  return [
    row([first.seam, ...cards.map(({ name }) => name)]),
    row(['---', ...cards.map(() => '---')]),
    ...first.results.map(({ id, title }) => row([`\`${id}\` ${title}`, ...cards.map((card) => cell(card, id))])),
  ].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

async function judge<S>(each: Case<S>, candidate: Candidate<S>, timeoutMs: number): Promise<Pick<CaseResult, 'status' | 'reason'>> {
  const known = knownReason(candidate, each.id)
  const failure = await withDeadline(runCase(each, candidate), timeoutMs).then(
    () => undefined,
    (error: unknown) => toMessage(error),
  )
  if (known !== undefined) {
    return failure === undefined
      ? { status: 'failed', reason: 'passes now: remove it from knownFailures' }
      : { status: 'known', reason: known }
  }
  return failure === undefined ? { status: 'passed' } : { status: 'failed', reason: failure }
}

function withDeadline(work: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`still not done after ${timeoutMs} ms`)), timeoutMs)
    void work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
