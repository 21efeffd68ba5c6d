/** What a run has found out so far, read off its tool calls and their results. */
import type { CallRecord } from '../model/conversation.ts'
import { withoutLineNumbers } from './source.ts'
import { readTestReport } from './test-report.ts'
import type { TestReport } from './test-report.ts'

/** A change that was made to a file, and what the tests said after it. */
export type Attempt = {
  readonly path: string
  readonly before: string
  readonly after: string
  /** Failing tests just before it. */
  readonly failedBefore: number
  readonly failedAfter?: number
  readonly reverted: boolean
}

export type Notebook = {
  /** Files as they are now, edits included. */
  readonly files: ReadonlyMap<string, string>
  readonly listing: readonly string[]
  readonly tools: ReadonlySet<string>
  readonly report: TestReport | undefined
  readonly runs: number
  /** Output of the last test command when it was no test report. */
  readonly strangeOutput: string | undefined
  /** Test runs since the last report of which nobody knows how they ended. */
  readonly lostRuns: number
  readonly attempts: readonly Attempt[]
  /** The last call that came back with an error and was not a test run. */
  readonly refused: CallRecord | undefined
}

const isTestCommand = (call: CallRecord): boolean =>
  call.name === 'bash' && /\bnode --test\b|\b(?:npm|pnpm|yarn) (?:run )?test\b/.test(stringOf(call, 'command'))

/** A text field of a call's input; empty when it is none. */
function stringOf(call: CallRecord, field: string): string {
  const { input } = call
  if (typeof input !== 'object' || input === null) return ''
  const value: unknown = Object.entries(input).find(([name]) => name === field)?.[1]
  return typeof value === 'string' ? value : ''
}

/** Names of a listing: without sizes, link targets and directory marks. */
const namesOf = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const name = line.trim().split(/ {2,}| -> |\t/)[0] ?? ''
    return name === '' || name.startsWith('[') ? [] : [name]
  })

type Draft = {
  -readonly [Key in keyof Notebook]: Notebook[Key] extends ReadonlyMap<infer Name, infer Value> ? Map<Name, Value> : Notebook[Key]
}

function noteEdit(draft: Draft, call: CallRecord): void {
  const [path, before, after] = [stringOf(call, 'file_path'), stringOf(call, 'old_string'), stringOf(call, 'new_string')]
  const content = draft.files.get(path)
  if (content !== undefined)
    draft.files.set(
      path,
      content.replace(before, () => after),
    )
  const last = draft.attempts.at(-1)
  const undone = last !== undefined && last.path === path && last.before === after && last.after === before
  draft.attempts = undone
    ? [...draft.attempts.slice(0, -1), { ...last, reverted: true }]
    : [...draft.attempts, { path, before, after, failedBefore: draft.report?.failed ?? 0, reverted: false }]
}

/** What a runtime says of a call whose end nobody saw. */
const lost = /^Nobody knows whether this call of '\w+' took effect/

function noteRun(draft: Draft, output: string): void {
  draft.lostRuns = lost.test(output) ? draft.lostRuns + 1 : 0
  if (draft.lostRuns > 0) return
  const report = readTestReport(output)
  draft.strangeOutput = report === undefined ? output : undefined
  if (report === undefined) return
  draft.runs += 1
  draft.report = report
  const last = draft.attempts.at(-1)
  if (last !== undefined && last.failedAfter === undefined && !last.reverted)
    draft.attempts = [...draft.attempts.slice(0, -1), { ...last, failedAfter: report.failed }]
}

/** What a runtime says of a call to which a person said no. */
const rejected = /^It was rejected\b/

const denied = /\b(?:denied|rejected|not allowed|permission)\b/i

export function notebookOf(calls: readonly CallRecord[]): Notebook {
  const draft: Draft = {
    files: new Map(),
    listing: [],
    tools: new Set(calls.map(({ name }) => name)),
    report: undefined,
    runs: 0,
    strangeOutput: undefined,
    lostRuns: 0,
    attempts: [],
    refused: undefined,
  }
  for (const call of calls) {
    if (call.result === undefined) continue
    const { text, isError } = call.result
    if (isTestCommand(call) && !(isError && rejected.test(text))) noteRun(draft, text)
    else if (isError && (call.name !== 'read' || denied.test(text))) draft.refused = call
    else if (call.name === 'read') draft.files.set(stringOf(call, 'file_path'), isError ? '' : withoutLineNumbers(text))
    else if (call.name === 'ls') draft.listing = [...draft.listing, ...namesOf(text)]
    else if (call.name === 'edit') noteEdit(draft, call)
  }
  return draft
}
