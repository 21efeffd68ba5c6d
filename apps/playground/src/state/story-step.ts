/** Says of one fact what it decided about its call. */
import type { DecidingRule } from '@seamfold/core'
import { type Access, type Envelope, type FactOf, type HookVerdict } from '@seamfold/core/kit'
import { accessWords } from '../text/access-words.ts'
import { formatDuration } from '../text/format.ts'
import { gateSteps, hookStep, hookSteps, ruleText } from './gate-steps.ts'
import { seenExit } from './exit-code.ts'

export type StoryStep = {
  readonly key: string
  readonly title: string
  readonly detail: string
  readonly tone: 'plain' | 'good' | 'bad' | 'wait'
  /** Milliseconds since the epoch, where a fact tells. */
  readonly timestamp?: number
}

const touchedWords = (accesses: readonly Access[]): string => (accesses.length === 0 ? 'touches nothing' : accessWords(accesses))

/** The rule that decided, as it was written and where. */
const ruleWords = ({ rule }: { readonly rule?: DecidingRule }): string => (rule === undefined ? '' : `; rule ${ruleText(rule)}`)

/** What somebody was asked, and what was said. */
function askedStep({ event, cursor: key, timestamp }: Envelope): StoryStep | undefined {
  switch (event.type) {
    case 'confirmation_required':
      return {
        key,
        timestamp,
        title: 'A person is asked',
        detail: `${event.reason}; ${touchedWords(event.accesses)}${ruleWords(event)}`,
        tone: 'wait',
      }
    case 'user_question':
      return { key, timestamp, title: 'A person is asked', detail: event.reason, tone: 'wait' }
    case 'external_task_pending':
      return { key, timestamp, title: 'Another system is asked', detail: `${event.reason}; task ${event.requestId}`, tone: 'wait' }
    case 'confirmation_timeout':
      return {
        key,
        timestamp,
        title: 'Nobody answered in time',
        detail: event.approved ? 'approved, as the request says' : 'rejected, as the request says',
        tone: event.approved ? 'good' : 'bad',
      }
    case 'external_task_completed':
      return {
        key,
        timestamp,
        title: event.approved ? 'Another system is done' : 'Another system failed',
        detail: event.message ?? '',
        tone: event.approved ? 'good' : 'bad',
      }
    case 'confirmation_received': {
      const edited = event.args === undefined ? '' : ', with changed arguments'
      const words = event.message === undefined ? '' : `: ${event.message}`
      const by = event.by === undefined ? '' : `by ${event.by}`
      return {
        key,
        timestamp,
        title: event.approved ? 'Approved' : 'Rejected',
        detail: `${by}${edited}${words}`,
        tone: event.approved ? 'good' : 'bad',
      }
    }
    default:
      return undefined
  }
}

export type CallSoFar = {
  /** When its last attempt began. */
  readonly started: number | undefined
  /** Somebody was asked about it. */
  readonly asked: boolean
  /** It ran a command. */
  readonly ran: boolean
}

/** What a result tells of the work: what budgets counted, and who blocked what never began. */
function endWords({ metadata }: FactOf<'tool_end'>): string {
  return typeof metadata?.workMs === 'number' ? `; budgets counted ${formatDuration(metadata.workMs)} of work` : ''
}

const blockedBy = ({ metadata }: FactOf<'tool_end'>, key: string): readonly StoryStep[] =>
  Array.isArray(metadata?.hooks)
    ? (metadata.hooks as readonly HookVerdict[]).map((verdict, index) => hookStep(verdict, `${key}/hook-${index}`))
    : []

/** None for a fact that says nothing of a call. */
export function stepsOf(fact: Envelope, { started, asked, ran }: CallSoFar): readonly StoryStep[] {
  const { event, cursor: key, timestamp } = fact
  switch (event.type) {
    case 'permission_denied':
      return [{ key, timestamp, title: 'Refused', detail: `${event.reason}${ruleWords(event)}`, tone: 'bad' }]
    case 'tool_execution_start':
      return [
        ...gateSteps(event, key, asked),
        {
          key,
          timestamp,
          title: `Attempt ${event.attempt}`,
          detail: `effect ${event.effect}; ${touchedWords(event.accesses)}${sandboxWords(event)}; key ${event.idempotencyKey.slice(0, 12)}…`,
          tone: 'plain',
        },
      ]
    case 'command_dead_lettered':
      return [
        {
          key,
          timestamp,
          title: 'Given up',
          detail: `after ${event.attempts} ${event.attempts === 1 ? 'attempt' : 'attempts'} in lane ${event.lane}: ${event.error}; ${event.letterId}`,
          tone: 'bad',
        },
      ]
    case 'confirmation_required':
      return [...hookSteps(event.gates ?? {}, key), askedStep(fact) ?? []].flat()
    case 'tool_end': {
      const took = started === undefined ? '' : ` after ${formatDuration(timestamp - started)}`
      const code = seenExit(event, ran)
      const exit = code === undefined ? '' : `, exit ${code}`
      const how = `${event.isError ? (event.errorKind ?? 'failed') : 'a result'}${event.untrusted === true ? ' from outside' : ''}`
      const detail = `${how}${exit}${took}${endWords(event)}`
      return [...blockedBy(event, key), { key, timestamp, title: 'Ended', detail, tone: event.isError ? 'bad' : 'good' }]
    }
    default:
      return [askedStep(fact) ?? []].flat()
  }
}

const sandboxWords = ({ gates }: FactOf<'tool_execution_start'>): string =>
  typeof gates === 'object' && gates.sandbox !== undefined ? `; in the sandbox ${gates.sandbox}` : ''
