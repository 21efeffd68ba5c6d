/** Shows how far a workflow has come: a line for each milestone, a bar for the phase under way, a summary at the end. */
import type { WorkflowEvent, WorkflowResult } from '@seamfold/core'
import { cut, oneLine, padEnd, plural } from '../render/text.ts'
import type { Style } from '../render/style.ts'
import type { PhaseProgress, Progress, StepProgress } from './progress.ts'

const BAR = 20
const NAME = 28

/** What an event adds to what is printed; undefined for one that only moves the bar. */
export function eventLine(event: WorkflowEvent, progress: Progress, { colors, signs, width }: Style): string | undefined {
  switch (event.type) {
    case 'phase_start':
      return colors.bold(`${event.scope === '' ? '' : `${event.scope} `}${event.name}`) + colors.dim(`  ${plural(event.stepCount, 'step')}`)
    case 'log':
      return cut(`  ${colors.dim(signs.dot)} ${oneLine(event.message)}`, width)
    case 'budget_exhausted':
      return colors.yellow(cut(`  ${signs.warning} ${oneLine(event.reason)}`, width))
    case 'budget_threshold_hit':
      return colors.yellow(cut(`  ${signs.warning} ${oneLine(event.message)}`, width))
    case 'step_changed':
      return colors.yellow(cut(`  ${signs.warning} ${event.taskId} stood for another question before: ${event.action}`, width))
    case 'step_cached':
      return `  ${colors.dim(`${signs.done} ${event.taskId} ${signs.dot} done before`)}`
    case 'step_suspended':
      return colors.yellow(`  ${signs.waiting} ${event.taskId} waits for an answer`)
    case 'step_end': {
      const step = progress.steps.get(event.key)
      return step === undefined || event.status === 'suspended' ? undefined : stepLine(step, { colors, signs, width })
    }
    default:
      return undefined
  }
}

function stepLine(step: StepProgress, { colors, signs }: Style): string {
  const took = ((step.endedAt ?? step.startedAt) - step.startedAt) / 1000
  const again = step.attempt > 1 ? ` ${signs.retry}${step.attempt}` : ''
  const sign = step.status === 'completed' ? colors.green(signs.done) : colors.red(signs.failed)
  return `  ${sign} ${padEnd(step.taskId, NAME)} ${colors.dim(`${step.agent} ${took.toFixed(1)} s${again}`)}`
}

/** The bar of the phase under way, and what its steps do now. */
export function statusLine(progress: Progress, style: Style): string {
  const { phase, running } = progress
  const bar = phase === undefined ? '' : `${barOf(phase, style)} `
  const doing = running.map(({ taskId, doing: what }) => (what === '' ? taskId : `${taskId}: ${what}`)).join(` ${style.signs.dot} `)
  return cut(`${bar}${doing}`, style.width)
}

/** `[#####.....] 3/7`. */
export function barOf({ total, succeeded, failed, name }: PhaseProgress, { colors, signs }: Style): string {
  const done = total === 0 ? BAR : Math.floor(((succeeded + failed) / total) * BAR)
  const lost = failed > 0 ? colors.red(` ${signs.failed}${failed}`) : ''
  return `${name} [${'#'.repeat(done)}${'.'.repeat(BAR - done)}] ${succeeded + failed}/${total}${lost}`
}

/** What there is to say when it has ended or waits. */
export function summaryLines(result: WorkflowResult<unknown>, progress: Progress, { colors, signs }: Style): readonly string[] {
  const steps = [...progress.steps.values()]
  const count = (status: StepProgress['status']): number => steps.filter((step) => step.status === status).length
  const parts = (['completed', 'cached', 'failed', 'cancelled', 'suspended'] as const).flatMap((status) =>
    count(status) === 0 ? [] : [`${count(status)} ${status === 'cached' ? 'done before' : status}`],
  )
  const { input, output, cacheRead, cacheWrite } = result.usage
  const tokens = `${input + output + cacheRead + cacheWrite} tokens`
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
