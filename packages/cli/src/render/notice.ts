/** Says in a line or two what happens beside text and tool calls: retries, denials, answers, warnings. */
import { type Json, type AgentEvent, textOf } from '@seamfold/core/kit'
import { describeCall } from './call.ts'
import { duration } from './measure.ts'
import { cut, linesOf, oneLine, visibleLine } from './text.ts'
import type { Style } from './style.ts'
import { wrapWords } from './wrap.ts'

/** The lines of an event that is worth telling; none for the rest. */
export function noticeLines(event: AgentEvent, style: Style): readonly string[] {
  const { colors, signs } = style
  switch (event.type) {
    case 'model_retry':
      return line(colors.yellow(signs.retry), `${sentence(event.message)} Trying again in ${duration(event.delayMs)}.`, style)
    case 'permission_denied':
      return [
        ...line(
          colors.red(signs.denied),
          `${colors.bold(visibleLine(event.toolName))} ${gist(event.toolName, event.args, style)} ${colors.red('denied')}`,
          style,
        ),
        ...wrapWords(`    ${colors.dim(oneLine(event.reason))}`, style.width, '    '),
      ]
    case 'message_injected':
      return linesOf(textOf(event.message)).map((text, index) => `  ${index === 0 ? colors.cyan(signs.prompt) : ' '} ${text}`)
    case 'history_edited':
      return line(colors.dim(signs.dot), colors.dim(`The conversation was shortened by ${event.by}`), style)
    case 'budget_threshold_hit':
      return line(colors.yellow(signs.warning), oneLine(event.message), style)
    case 'command_retry':
      return line(
        colors.yellow(signs.retry),
        `${colors.bold(visibleLine(event.toolName))} ${sentence(event.error)} Trying again in ${duration(event.delayMs)}.`,
        style,
      )
    case 'command_dead_lettered':
      return line(colors.red(signs.warning), `${colors.bold(visibleLine(event.toolName))} was given up: ${oneLine(event.error)}`, style)
    case 'queue_alert':
      return line(colors.yellow(signs.warning), oneLine(event.message), style)
    case 'persistence_failed':
      return line(colors.red(signs.warning), `The journal could not be written (${event.operation}): ${oneLine(event.error)}`, style)
    case 'cancel_requested':
      return line(colors.yellow(signs.dot), colors.dim(`Asked to stop: ${oneLine(event.reason)}`), style)
    default:
      return askedLines(event, style)
  }
}

/** On one line, with a full stop where there is none. */
const sentence = (text: string): string => oneLine(text).replace(/(?<![.!?…])$/, '.')

/** What was asked of somebody, and what was said to it. */
function askedLines(event: AgentEvent, style: Style): readonly string[] {
  const { colors, signs } = style
  switch (event.type) {
    case 'confirmation_required':
      return line(
        colors.yellow(signs.waiting),
        `${colors.bold(visibleLine(event.toolName))} ${gist(event.toolName, event.args, style)} ${colors.yellow('waits for approval')}`,
        style,
      )
    case 'user_question':
      return line(colors.cyan(signs.waiting), colors.bold(oneLine(event.reason)), style)
    case 'external_task_pending':
      return line(
        colors.yellow(signs.waiting),
        `${colors.bold(visibleLine(event.toolName))} ${gist(event.toolName, event.args, style)} ${colors.yellow('is done elsewhere')}`,
        style,
      )
    case 'confirmation_timeout':
    case 'external_task_completed':
    case 'confirmation_received':
      return line(event.approved ? colors.green(signs.done) : colors.red(signs.failed), answerText(event, style), style)
    default:
      return []
  }
}

const replyWords = (reply: Json): string =>
  Array.isArray(reply) ? reply.join(', ') : typeof reply === 'string' ? reply : JSON.stringify(reply)

const line = (sign: string, text: string, { width }: Style): readonly string[] => wrapWords(`  ${sign} ${text}`, width, '    ')

const gist = (name: string, args: Parameters<typeof describeCall>[1], { width, signs }: Style): string =>
  cut(describeCall(name, args), Math.max(16, width - name.length - 26), signs.ellipsis)

type AnswerEvent = Extract<AgentEvent, { type: 'confirmation_received' | 'confirmation_timeout' | 'external_task_completed' }>

function answerText(event: AnswerEvent, { colors }: Style): string {
  const by = event.by === undefined ? '' : ` by ${oneLine(event.by)}`
  const edited = event.args === undefined ? '' : ' with edited arguments'
  const words = event.message === undefined || event.message === '' ? '' : colors.dim(`: ${oneLine(event.message)}`)
  const always = event.always === undefined ? '' : ', and what is like it in this session'
  if (event.type === 'confirmation_timeout') return event.approved ? 'Approved: nobody answered in time' : `Not answered${words}`
  if (event.type === 'external_task_completed') return `${event.approved ? 'Done' : 'Failed'}${by}${words}`
  if (event.reply !== undefined) return `Answered${by}${colors.dim(`: ${oneLine(replyWords(event.reply))}`)}`
  return `${event.approved ? 'Approved' : 'Rejected'}${by}${edited}${always}${words}`
}
