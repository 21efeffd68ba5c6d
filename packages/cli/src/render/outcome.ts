/** Says what a tool call came to: a few words for its card, and the lines that are worth showing below it. */
import { type Json, type JsonObject, resultText, type ToolResultContent } from '@seamfold/core/kit'
import { asObject, textAt } from './call.ts'
import { type Change, diffLines, sizeText } from './diff.ts'
import { cut, linesOf, oneLine, plural } from './text.ts'
import { readTestReport, type TestReport } from './test-report.ts'
import type { Style } from './style.ts'
import { wrapWords } from './wrap.ts'

/** A call that has ended, as its facts tell it. */
export type EndedCall = {
  readonly name: string
  readonly args: Json
  readonly output: ToolResultContent
  readonly isError: boolean
  readonly exitCode?: number
  readonly errorKind?: string
  readonly metadata?: JsonObject
}

export type Outcome = { readonly brief: string; readonly body: readonly string[] }

type Tell = (call: EndedCall, look: { readonly style: Style; readonly lines: readonly string[] }) => Outcome

const FAILURE_LINES = 8

const read: Tell = ({ output, metadata }, { lines }) => {
  const total = numberAt(asObject(metadata?.range), 'total_lines')
  const shown = lines.filter((line) => /^\s*\d+ /.test(line)).length
  if (typeof output !== 'string' && output.some(({ type }) => type === 'image')) return { brief: 'image', body: [] }
  return {
    brief: total === undefined || total === shown ? plural(total ?? lines.length, 'line') : `${shown} of ${plural(total, 'line')}`,
    body: [],
  }
}

const changed: Tell = (call, { style }) => {
  const change = changeOf(call)
  if (change === undefined) return { brief: '', body: [] }
  const fresh = 'after' in change && (change.before === undefined || change.before === '')
  return { brief: sizeText(change, style), body: diffLines(change, { style, limit: fresh ? 12 : 40 }) }
}

const plan: Tell = ({ args }, { style }) => ({ brief: '', body: planLines(args, style) })

const NOUNS: Readonly<Record<string, readonly [string, string]>> = {
  grep: ['match', 'matches'],
  glob: ['file', 'files'],
  ls: ['entry', 'entries'],
}

const listed: Tell = (call, { lines }) => {
  const [one, many] = NOUNS[call.name] ?? ['line', 'lines']
  return {
    brief: plural(
      numberAt(call.metadata, 'matches', 'files', 'entries') ?? lines.filter((line) => !line.startsWith('[')).length,
      one,
      many,
    ),
    body: [],
  }
}

const command: Tell = (call, { style, lines }) => {
  const report = readTestReport(resultText(call.output))
  if (report !== undefined) return tests(report, call, style)
  const said = lines.filter((line) => line.trim() !== '' && !NOTE.test(line))
  const ended = ENDINGS[call.errorKind ?? ''] ?? (call.exitCode === undefined ? undefined : `exit ${call.exitCode}`)
  // Without an exit code nothing was run, or nobody knows how it ended: only its words tell.
  if (call.isError) return { brief: style.colors.red(ended ?? 'failed'), body: tail(said, style) }
  const [only] = said
  if (only === undefined) return { brief: 'no output', body: [] }
  return { brief: said.length === 1 ? cut(oneLine(only), 48, style.signs.ellipsis) : plural(said.length, 'line'), body: [] }
}

/** Commands that did not end by themselves have no exit code that means anything. */
const ENDINGS: Readonly<Record<string, string>> = { timeout: 'timed out', cancelled: 'cancelled' }

/** What the bash tool says beside a command's own output; the card says it itself. */
const NOTE = /^\[(no output|exit code \w+|ended by signal \w+)\]$|^\[Cancelled\./

const KNOWN: Readonly<Record<string, Tell>> = {
  bash: command,
  git: command,
  read,
  ls: listed,
  glob: listed,
  grep: listed,
  edit: changed,
  write: changed,
  patch: changed,
  update_plan: plan,
}

/** What a call came to. */
export function outcomeOf(call: EndedCall, style: Style): Outcome {
  const lines = linesOf(resultText(call.output))
  if (call.errorKind === 'unknown_outcome') return { brief: style.colors.yellow('outcome unknown'), body: words(lines, style) }
  if (call.isError && KNOWN[call.name] !== command) return { brief: '', body: words(lines, style) }
  const tell = KNOWN[call.name]
  if (tell !== undefined) return tell(call, { style, lines })
  return { brief: lines.length === 1 ? cut(oneLine(lines[0] ?? ''), 48, style.signs.ellipsis) : plural(lines.length, 'line'), body: [] }
}

/** What an edit changed, where its metadata says so; else what its arguments say. */
function changeOf({ args, metadata }: Pick<EndedCall, 'args' | 'metadata'>): Change | undefined {
  const path = textAt(args, 'path', 'file_path') ?? ''
  const diff = asObject(metadata).diff
  if (typeof diff === 'string') return { path, diff }
  const before = asObject(metadata).before
  const after = asObject(metadata).after
  if (typeof after === 'string') return { path, before: typeof before === 'string' ? before : undefined, after }
  const content = asObject(args).content
  if (typeof content === 'string') return { path, before: undefined, after: content }
  const old = asObject(args).old_string ?? asObject(args).oldString ?? asObject(args).old
  const fresh = asObject(args).new_string ?? asObject(args).newString ?? asObject(args).new
  return typeof old === 'string' && typeof fresh === 'string' ? { path, before: old, after: fresh } : undefined
}

function tests({ passed, failed, skipped, failures }: TestReport, { exitCode }: EndedCall, style: Style): Outcome {
  const { colors, signs } = style
  const parts = [
    failed > 0 ? colors.red(`${failed} failed`) : '',
    passed > 0 ? colors.green(`${passed} passed`) : '',
    skipped > 0 ? colors.yellow(`${skipped} skipped`) : '',
  ]
  const told = parts.filter((part) => part !== '').join(', ') || 'no tests'
  const unexplained = failed === 0 && exitCode !== undefined && exitCode !== 0 ? ` ${colors.red(`exit ${exitCode}`)}` : ''
  const body = failures
    .slice(0, FAILURE_LINES)
    .map((name) => `${colors.red(signs.failed)} ${cut(oneLine(name), style.width - 2, signs.ellipsis)}`)
  const rest = failures.length - body.length
  return { brief: told + unexplained, body: rest > 0 ? [...body, colors.dim(`${signs.ellipsis} ${rest} more`)] : body }
}

/** What went wrong, in the words of the runtime or the tool: sentences, so they are wrapped. */
const words = (lines: readonly string[], { colors, width }: Style): readonly string[] =>
  lines
    .filter((line) => line.trim() !== '')
    .flatMap((line) => wrapWords(line, width))
    .map((line) => cut(line, width))
    .slice(0, FAILURE_LINES)
    .map((line) => colors.dim(line))

/** The last lines of a failure's output: what went wrong usually stands at the end. */
function tail(lines: readonly string[], { colors, width, signs }: Style): readonly string[] {
  const said = lines.filter((line) => line.trim() !== '')
  const shown = said.slice(-FAILURE_LINES).map((line) => colors.dim(cut(line, width, signs.ellipsis)))
  const hidden = said.length - shown.length
  return hidden > 0 ? [colors.dim(`${signs.ellipsis} ${plural(hidden, 'line')} above`), ...shown] : shown
}

const numberAt = (value: JsonObject | undefined, ...keys: readonly string[]): number | undefined => {
  for (const key of keys) {
    const found = value?.[key]
    if (typeof found === 'number') return found
  }
  return undefined
}

/** A plan's steps with their states. */
function planLines(args: Json, { colors, signs }: Style): readonly string[] {
  const object = asObject(args)
  const steps = [object.items, object.plan, object.todos, object.steps].find((each) => Array.isArray(each))
  if (!Array.isArray(steps)) return []
  return (steps as readonly Json[]).map((step) => {
    const title = oneLine(typeof step === 'string' ? step : (textAt(step, 'content', 'step', 'text', 'title', 'description') ?? ''))
    const state = textAt(step, 'status', 'state') ?? 'pending'
    if (/^(completed|done)$/.test(state)) return colors.dim(`${colors.green(signs.done)} ${title}`)
    return /^(in_progress|active)$/.test(state) ? `${colors.cyan(signs.prompt)} ${colors.bold(title)}` : `${colors.dim(signs.dot)} ${title}`
  })
}
