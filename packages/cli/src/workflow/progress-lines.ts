/** Shows how far a workflow has come: a line for each milestone, a bar for the phase under way, a summary at the end. */
import type { WorkflowEvent, WorkflowResult } from '@seamfold/core'
import { columnsOf, cut, groupDigits, oneLine, padEnd, plural } from '../render/text.ts'
import type { Style } from '../render/style.ts'
import { wrapWords } from '../render/wrap.ts'
import type { PhaseProgress, Progress, StepProgress } from './progress.ts'

const BAR = 20
const NAME = 28
/** Columns of a name that is cut, at least. */
const LEAST = 8
/** Steps under way that have a line of their own. */
const MOST = 6
/** Characters of what a failed step says; its session has all of it. */
const REASON = 300

/** What an event adds to what is printed; undefined for one that only moves the bars. */
export function eventLine(event: WorkflowEvent, progress: Progress, { colors, signs, width }: Style): string | undefined {
  const warn = (words: string): string => colors.yellow(cut(`  ${signs.warning} ${oneLine(words)}`, width, signs.ellipsis))
  switch (event.type) {
    case 'phase_start': {
      const count = `  ${plural(event.stepCount, 'step')}`
      return colors.bold(cut(nameOf(event), width - count.length, signs.ellipsis)) + colors.dim(count)
    }
    case 'log':
      return logLine(event, { colors, signs, width })
    case 'budget_exhausted':
      return warn(event.reason)
    case 'budget_threshold_hit':
      return warn(event.message)
    case 'step_changed':
      return warn(`${event.taskId} stood for another question before: ${event.action}`)
    case 'step_cached':
      return colors.dim(cut(`  ${signs.done} ${oneLine(event.taskId)} ${signs.dot} done before`, width, signs.ellipsis))
    case 'step_suspended':
      return colors.yellow(cut(`  ${signs.waiting} ${oneLine(event.taskId)} waits for an answer`, width, signs.ellipsis))
    case 'step_end': {
      const step = progress.steps.get(event.key)
      return step === undefined || event.status === 'suspended' ? undefined : stepLines(step, { colors, signs, width }).join('\n')
    }
    default:
      return undefined
  }
}

const nameOf = ({ scope, name }: Pick<PhaseProgress, 'scope' | 'name'>): string => oneLine(`${scope}${scope === '' ? '' : ' '}${name}`)

function logLine({ level, message }: Extract<WorkflowEvent, { type: 'log' }>, { colors, signs, width }: Style): string {
  const sign = { debug: signs.dot, info: signs.dot, warn: signs.warning, error: signs.failed }[level]
  const words = cut(oneLine(message), width - 4, signs.ellipsis)
  if (level === 'error') return colors.red(`  ${sign} ${words}`)
  return level === 'warn' ? colors.yellow(`  ${sign} ${words}`) : `  ${colors.dim(sign)} ${words}`
}

function stepLines(step: StepProgress, { colors, signs, width }: Style): readonly string[] {
  const took = ((step.endedAt ?? step.startedAt) - step.startedAt) / 1000
  const again = step.attempt > 1 ? ` ${signs.retry}${step.attempt}` : ''
  const sign = step.status === 'completed' ? colors.green(signs.done) : colors.red(signs.failed)
  const facts = ` ${oneLine(step.agent)} ${took.toFixed(1)} s${again}`
  const room = Math.max(LEAST, width - 4 - columnsOf(facts))
  const name = padEnd(cut(oneLine(step.taskId), room, signs.ellipsis), Math.min(NAME, room))
  const reason = step.reason === undefined || step.reason === '' ? [] : [`    ${cut(oneLine(step.reason), REASON, signs.ellipsis)}`]
  return [`  ${sign} ${name}${colors.dim(facts)}`, ...reason.flatMap((line) => wrapWords(line, width, '    '))]
}

/** A bar for each phase under way, and what each step under way does now. */
export function statusLines(progress: Progress, style: Style): string {
  const { open, running } = progress
  const rest = running.length > MOST ? [`  ${style.colors.dim(`and ${running.length - MOST} more`)}`] : []
  const steps = running.slice(0, MOST).map((step) => runningLine(step, progress.elapsed(step), style))
  return [...open.map((phase) => barOf(phase, style)), ...steps, ...rest].join('\n')
}

function runningLine({ taskId, doing }: StepProgress, elapsed: number, { colors, signs, width }: Style): string {
  const time = ` ${(elapsed / 1000).toFixed(0)} s`
  const name = doing === '' ? oneLine(taskId) : cut(oneLine(taskId), Math.floor(width / 2), signs.ellipsis)
  const words = `  ${signs.dot} ${name}${doing === '' ? '' : `: ${oneLine(doing)}`}`
  return cut(words, width - 1 - time.length, signs.ellipsis) + colors.dim(time)
}

/** `draft [#####.....] 3/7`, in one line: the name gives way. */
export function barOf({ total, succeeded, failed, ...place }: PhaseProgress, { colors, signs, width }: Style): string {
  const done = total === 0 ? BAR : Math.floor(((succeeded + failed) / total) * BAR)
  const bar = ` [${'#'.repeat(done)}${'.'.repeat(BAR - done)}] ${succeeded + failed}/${total}`
  const lost = failed > 0 ? ` ${signs.failed}${failed}` : ''
  const name = cut(nameOf(place), Math.max(LEAST, width - 1 - columnsOf(bar + lost)), signs.ellipsis)
  return `${name}${bar}${lost === '' ? '' : colors.red(lost)}`
}

/** What there is to say when it has ended or waits. */
export function summaryLines(result: WorkflowResult<unknown>, progress: Progress, { colors, signs }: Style): readonly string[] {
  const steps = [...progress.steps.values()]
  const count = (status: StepProgress['status']): number => steps.filter((step) => step.status === status).length
  const parts = (['completed', 'cached', 'failed', 'cancelled', 'suspended'] as const).flatMap((status) =>
    count(status) === 0 ? [] : [`${count(status)} ${status === 'cached' ? 'done before' : status}`],
  )
  const { input, output, cacheRead, cacheWrite } = result.usage
  const tokens = `${groupDigits(input + output + cacheRead + cacheWrite)} tokens`
  const line = colors.dim(`${plural(steps.length, 'step')}: ${[...parts, tokens].join(', ')}`)
  const how = {
    completed: colors.green(signs.done),
    failed: colors.red(signs.failed),
    cancelled: colors.red(signs.failed),
    suspended: colors.yellow(signs.waiting),
  }
  return [
    `${how[result.status]} ${result.status}${reasonOf(result)}`,
    line,
    ...(result.status === 'completed' || (result.status === 'failed' && steps.length === 0)
      ? []
      : [colors.dim(`Go on with --resume ${result.rootId}`)]),
  ]
}

function reasonOf(result: WorkflowResult<unknown>): string {
  switch (result.status) {
    case 'completed':
      return ''
    case 'failed':
      return `: ${result.error.message}`
    case 'cancelled':
      return `: ${result.reason}`
    case 'suspended':
      return `: ${plural(result.waitingFor.length, 'answer')} to give`
  }
}
