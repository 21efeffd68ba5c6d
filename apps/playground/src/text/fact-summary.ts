/** One line that says what a fact says. */
import { resultText, textOf, toolCallsOf, totalTokens, type AgentEvent } from '@seamfold/core/kit'
import { seenExit } from '../state/exit-code.ts'
import { accessWords } from './access-words.ts'
import { callSummary } from './call-summary.ts'
import { formatCount } from './format.ts'
import { whoAsks } from './who-asks.ts'

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? ''

/** Of what concerns the session and its runs as a whole. */
function runSummary(event: AgentEvent): string {
  switch (event.type) {
    case 'session_created':
      return 'the journal begins'
    case 'session_forked':
      return `from ${event.origin.sessionId}, after its fact ${event.origin.offset}`
    case 'session_claimed':
      return `fence ${event.fence}, attempt ${event.attempt}`
    case 'session_released':
      return `fence ${event.fence}`
    case 'agent_start':
      return firstLine(textOf({ content: event.prompt }))
    case 'run_prepared':
      return 'the system prompt is fixed'
    case 'cancel_requested':
    case 'run_cancelled':
      return event.reason
    case 'history_edited':
      return `by ${event.by} · ${event.edits.length} ${event.edits.length === 1 ? 'stretch' : 'stretches'}`
    case 'session_rewound':
      return `goes on after fact ${event.to.offset}`
    case 'agent_end':
      return `${event.reason} · ${firstLine(event.text)}`
    case 'error':
      return `${event.code} · ${event.message}`
    default:
      return ''
  }
}

/** `ran`: it speaks of a call that ran a command. */
export function factSummary(event: AgentEvent, ran: boolean): string {
  switch (event.type) {
    case 'turn_start':
      return `turn ${event.turn}, attempt ${event.attempt}${event.reservation ? `, reserved ${formatCount(event.reservation.tokens)} tokens` : ''}`
    case 'turn_end': {
      const calls = toolCallsOf(event.message).length
      const said = firstLine(textOf(event.message))
      const what = calls === 0 ? said : `${calls} ${calls === 1 ? 'call' : 'calls'}${said === '' ? '' : ` · ${said}`}`
      return `turn ${event.turn} · ${formatCount(totalTokens(event.usage))} tokens · ${what}`
    }
    case 'tool_execution_start':
      return `${event.name} ${callSummary(event.args)} · effect ${event.effect}`
    case 'tool_end': {
      if (!event.isError) return `${event.name} · done`
      const code = seenExit(event, ran) ?? 0
      const words = code === 0 ? firstLine(resultText(event.output)) : `exit ${code}`
      return `${event.name} · ${event.errorKind ?? 'failed'}${words === '' ? '' : ` · ${words}`}`
    }
    case 'permission_denied':
      return `${event.toolName} · ${event.reason}`
    case 'command_dead_lettered':
      return `${event.toolName} · given up in lane ${event.lane} · ${firstLine(event.error)}`
    case 'confirmation_required':
      return `${event.toolName} · ${accessWords(event.accesses)}`
    case 'confirmation_received':
      return `${event.approved ? 'approved' : 'rejected'}${event.by === undefined ? '' : ` by ${event.by}`}`
    case 'message_injected':
      return `${event.source} · ${firstLine(textOf(event.message))}`
    case 'user_question':
    case 'external_task_pending':
      return whoAsks(event.reason)
    case 'confirmation_timeout':
      return `nobody answered in time: ${event.approved ? 'approved' : 'rejected'}`
    case 'external_task_completed':
      return `${event.approved ? 'a result' : 'failed'}${event.by === undefined ? '' : ` by ${event.by}`}`
    case 'subagent_start':
      return `${event.agent} · ${event.description}`
    case 'subagent_end':
      return `${event.agent} · ${event.status} · ${firstLine(event.output)}`
    case 'run_suspended':
      return `waits for ${event.waitingFor.length} ${event.waitingFor.length === 1 ? 'answer' : 'answers'}`
    default:
      return runSummary(event)
  }
}
