/** Tells what was decided about one tool call, in order: who asked for it, what it may cost, who let it run, how often it ran. */
import { describeAccess, toolCallsOf, totalTokens, type Access, type Envelope, type Json } from '@seamfold/core/kit'
import { formatCost, formatCount, formatDuration } from '../text/format.ts'
import { isFact, offsetOf, type FactEnvelope } from './facts.ts'

export type StoryStep = {
  readonly key: string
  readonly title: string
  readonly detail: string
  readonly tone: 'plain' | 'good' | 'bad' | 'wait'
  /** Milliseconds since the epoch, where a fact tells. */
  readonly timestamp?: number
}

export type CallStory = {
  readonly callId: string
  readonly name: string
  readonly args: Json
  /** As the last attempt or the question had them; undefined before either. */
  readonly accesses: readonly Access[] | undefined
  /** True when the journal has neither a question nor a refusal: the policy let it pass. */
  readonly unasked: boolean
  readonly steps: readonly StoryStep[]
}

/** The fact whose turn made the call, and the fact that began that turn. */
function turnOf(facts: readonly Envelope[], callId: string): { start?: FactEnvelope<'turn_start'>; end?: FactEnvelope<'turn_end'> } {
  const offset = offsetOf(callId)
  const at = facts.findIndex((fact) => isFact(fact, 'turn_end') && offsetOf(fact.cursor) === offset)
  const end = facts[at]
  if (end === undefined || !isFact(end, 'turn_end')) return {}
  const start = facts.slice(0, at).findLast((fact) => isFact(fact, 'turn_start') && fact.event.turn === end.event.turn)
  return { end, ...(start !== undefined && isFact(start, 'turn_start') ? { start } : {}) }
}

const ordinalOf = (callId: string): number => Number(/^[^.]+\.(\d+)/.exec(callId)?.[1] ?? Number.NaN)

const money = (usd: number | undefined): string => (usd === undefined ? '' : ` (${formatCost(usd)})`)

function budgetStep({ start, end }: ReturnType<typeof turnOf>): readonly StoryStep[] {
  if (end === undefined) return []
  const { reservation } = start?.event ?? {}
  const reserved = reservation ? `reserved ${formatCount(reservation.tokens)} tokens${money(reservation.usd)}, ` : 'nothing reserved, '
  const detail = `${reserved}settled at ${formatCount(totalTokens(end.event.usage))} tokens${money(end.event.cost)}`
  return [{ key: 'budget', title: 'Budget of its turn', detail, tone: 'plain' }]
}

const accessWords = (accesses: readonly Access[]): string =>
  accesses.length === 0 ? 'touches nothing' : accesses.map(describeAccess).join(', ')

function stepOf(fact: Envelope, started: number | undefined): StoryStep | undefined {
  const { event, cursor: key, timestamp } = fact
  switch (event.type) {
    case 'confirmation_required':
      return { key, timestamp, title: 'A person is asked', detail: `${event.reason}; ${accessWords(event.accesses)}`, tone: 'wait' }
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
    case 'permission_denied':
      return { key, timestamp, title: 'Refused', detail: event.reason, tone: 'bad' }
    case 'tool_execution_start':
      return {
        key,
        timestamp,
        title: `Attempt ${event.attempt}`,
        detail: `effect ${event.effect}; ${accessWords(event.accesses)}; key ${event.idempotencyKey.slice(0, 12)}…`,
        tone: 'plain',
      }
    case 'command_dead_lettered':
      return {
        key,
        timestamp,
        title: 'Given up',
        detail: `after ${event.attempts} ${event.attempts === 1 ? 'attempt' : 'attempts'} in lane ${event.lane}; ${event.letterId}`,
        tone: 'bad',
      }
    case 'tool_end': {
      const took = started === undefined ? '' : ` after ${formatDuration(timestamp - started)}`
      const exit = event.exitCode === undefined ? '' : `, exit ${event.exitCode}`
      const how = `${event.isError ? (event.errorKind ?? 'failed') : 'a result'}${event.untrusted === true ? ' from outside' : ''}`
      return { key, timestamp, title: 'Ended', detail: `${how}${exit}${took}`, tone: event.isError ? 'bad' : 'good' }
    }
    default:
      return undefined
  }
}

/** Undefined for a call that the facts do not know. */
export function callStory(facts: readonly Envelope[], callId: string): CallStory | undefined {
  const turn = turnOf(facts, callId)
  const own = facts.filter(({ durable, event }) => durable && 'callId' in event && event.callId === callId)
  const asked = turn.end && toolCallsOf(turn.end.event.message)[ordinalOf(callId)]
  const start = own.findLast((fact) => isFact(fact, 'tool_execution_start'))
  const question = own.findLast((fact) => isFact(fact, 'confirmation_required'))
  const refusal = own.findLast((fact) => isFact(fact, 'permission_denied'))
  if (asked === undefined && own.length === 0) return undefined
  const told = start?.event ?? question?.event ?? refusal?.event
  const nested = callId.includes('/')
  const origin: readonly StoryStep[] =
    turn.end === undefined
      ? []
      : [
          {
            key: 'asked',
            title: nested ? 'A call within a call' : 'The model asked for it',
            detail: `in turn ${turn.end.event.turn}, attempt ${turn.end.event.attempt}`,
            tone: 'plain',
            timestamp: turn.end.timestamp,
          },
        ]
  return {
    callId,
    name: (start?.event.name ?? question?.event.toolName ?? refusal?.event.toolName ?? asked?.name) || 'call',
    args: told?.args ?? asked?.input ?? null,
    accesses: start?.event.accesses ?? question?.event.accesses,
    unasked: question === undefined && refusal === undefined && start !== undefined,
    steps: [...origin, ...budgetStep(turn), ...own.flatMap((fact) => stepOf(fact, start?.timestamp) ?? [])],
  }
}
