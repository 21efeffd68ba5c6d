/** Tells what was decided about one tool call, in order: who asked for it, what it may cost, who let it run, how often it ran. */
import { toolCallsOf, totalTokens, type Access, type Envelope, type Json } from '@seamfold/core/kit'
import { formatCost, formatCount, formatDuration } from '../text/format.ts'
import { runsCommand } from './exit-code.ts'
import { isFact, offsetOf, type FactEnvelope } from './facts.ts'
import { stepsOf, type StoryStep } from './story-step.ts'

export type CallStory = {
  readonly callId: string
  readonly name: string
  readonly args: Json
  /** As the last attempt or the question had them; undefined before either. */
  readonly accesses: readonly Access[] | undefined
  /** True when an older version wrote its start, and did not tell why it was let through. */
  readonly untold: boolean
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

/** Milliseconds between being let through and beginning that are worth a line. */
const worthALine = 50

/** What its start does not tell: a call that may run waits for its hooks, and for calls that it must not run together with. */
function waitBefore(
  { event, cursor, timestamp }: FactEnvelope<'tool_execution_start'>,
  through: Envelope | undefined,
): readonly StoryStep[] {
  const told = typeof event.gates === 'object' ? (event.gates.lane?.waitedMs ?? 0) : 0
  const waited = through === undefined ? 0 : timestamp - through.timestamp - told
  if (waited < worthALine) return []
  const lane = event.gates === 'unrecorded' ? ', its lane' : ''
  const detail = `${formatDuration(waited)}: hooks${lane}, and calls that it must not run together with`
  return [{ key: `${cursor}/wait`, title: 'Waited to begin', detail, tone: 'wait' }]
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
  const ran = start !== undefined && runsCommand(start.event.accesses)
  const first = own.find((fact) => isFact(fact, 'tool_execution_start'))
  return {
    callId,
    name: (start?.event.name ?? question?.event.toolName ?? refusal?.event.toolName ?? asked?.name) || 'call',
    args: told?.args ?? asked?.input ?? null,
    accesses: start?.event.accesses ?? question?.event.accesses,
    untold: question === undefined && refusal === undefined && start?.event.gates === 'unrecorded',
    steps: [
      ...origin,
      ...budgetStep(turn),
      ...own.flatMap((fact, at) => [
        ...(first !== undefined && fact === first ? waitBefore(first, own[at - 1] ?? turn.end) : []),
        ...stepsOf(fact, { started: start?.timestamp, asked: question !== undefined, ran }),
      ]),
    ],
  }
}
