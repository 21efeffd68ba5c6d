/** Says a fact in one line: what happened, and the first words of it. */
import { type AgentEvent, type Envelope, type Json, resultText, textOf, toolCallsOf } from '@seamfold/core/kit'
import { describeCall } from './call.ts'
import { cut, oneLine, padEnd, plural } from './text.ts'
import type { Style } from './style.ts'

type Said = { readonly what: string; readonly words: string }

/** What a fact says. A fact of a concern that is not listed is told by its name. */
function sayFact({ event }: Envelope): Said {
  switch (event.type) {
    case 'session_forked':
      return { what: 'forked', words: `from ${event.origin.sessionId}` }
    case 'session_rewound':
      return { what: 'rewound', words: 'what came before this and after the fact that it follows no longer counts' }
    case 'agent_start':
      return { what: 'prompt', words: textOf({ content: event.prompt }) || '[image]' }
    case 'turn_end': {
      const calls = toolCallsOf(event.message).map(({ name }) => name)
      const asks = calls.length === 0 ? '' : `asks for ${calls.join(', ')}`
      return { what: 'model', words: [textOf(event.message), asks].filter((part) => part !== '').join(' → ') }
    }
    case 'tool_execution_start':
      return { what: 'call', words: `${event.name} ${describeCall(event.name, event.args)}` }
    case 'tool_end':
      return { what: event.isError ? 'error' : 'result', words: `${event.name}: ${resultText(event.output)}` }
    case 'permission_denied':
      return { what: 'denied', words: `${event.toolName}: ${event.reason}` }
    case 'command_dead_lettered':
      return { what: 'given up', words: `${event.toolName}: ${event.error}` }
    case 'message_injected':
      return { what: 'heard', words: textOf(event.message) }
    case 'subagent_start':
      return { what: 'task', words: `${event.agent}: ${event.description}` }
    case 'subagent_end':
      return { what: event.success ? 'task done' : `task ${event.status}`, words: `${event.agent}: ${event.output}` }
    case 'run_suspended':
      return { what: 'waits', words: `for ${plural(event.waitingFor.length, 'answer')}` }
    case 'agent_end':
      return { what: 'completed', words: event.text }
    case 'error':
      return { what: 'failed', words: event.message }
    case 'run_cancelled':
      return { what: 'cancelled', words: event.reason }
    default:
      return sayAsked(event) ?? { what: event.type.replaceAll('_', ' '), words: '' }
  }
}

/** What was asked of somebody, and what was said to it. */
function sayAsked(event: AgentEvent): Said | undefined {
  switch (event.type) {
    case 'confirmation_required':
      return { what: 'asks', words: `may ${event.toolName} ${describeCall(event.toolName, event.args)}?` }
    case 'user_question':
      return { what: 'question', words: event.reason }
    case 'external_task_pending':
      return { what: 'hands over', words: `${event.toolName} ${describeCall(event.toolName, event.args)}` }
    case 'confirmation_timeout':
      return { what: 'timeout', words: event.approved ? 'nobody answered in time: approved' : 'nobody answered in time' }
    case 'external_task_completed':
    case 'confirmation_received':
      return {
        what:
          event.type === 'external_task_completed'
            ? event.approved
              ? 'done'
              : 'failed'
            : event.reply === undefined
              ? event.approved
                ? 'approved'
                : 'rejected'
              : 'answered',
        words: [event.by, event.message ?? replyWords(event.reply), event.always && 'always in this session']
          .filter((part) => part !== undefined)
          .join(': '),
      }
    default:
      return undefined
  }
}

const replyWords = (reply: Json | undefined): string | undefined =>
  reply === undefined ? undefined : typeof reply === 'string' ? reply : JSON.stringify(reply)

/** Facts that keep the books: left out where only what happened is asked for. */
export const isBookkeeping = ({ event }: Envelope): boolean => BOOKKEEPING.has(event.type)

const BOOKKEEPING: ReadonlySet<string> = new Set(['session_created', 'session_claimed', 'session_released', 'run_prepared', 'turn_start'])

/** `12.0a1b2c3d4e5f  call  bash npm test`, cut to the width of the terminal. */
export function factLine(envelope: Envelope, style: Style): string {
  const { what, words } = sayFact(envelope)
  const head = `${padEnd(envelope.cursor, CURSOR)}  ${padEnd(what, WHAT)}  `
  const mark = 'redacted' in envelope.event ? ' (redacted)' : ''
  const room = Math.max(10, style.width - head.length - 2 - mark.length)
  return `  ${style.colors.dim(padEnd(envelope.cursor, CURSOR))}  ${style.colors.bold(padEnd(what, WHAT))}  ${cut(oneLine(words), room, style.signs.ellipsis)}${style.colors.yellow(mark)}`
}

const CURSOR = 17
const WHAT = 10
