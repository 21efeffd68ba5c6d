/** One record of a workflow's log: a version, a digest that chains it to the one before, and JSON. */
import { AgentError, toMessage } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { isJsonObject, type Json } from '../model/json.ts'
import type { Spending } from '../model/spending.ts'
import { parseStepOutcome, type StepOutcome } from '../model/step.ts'

export type WorkflowRecord =
  | { readonly type: 'workflow_claimed'; readonly holder: string; readonly at: number }
  | { readonly type: 'workflow_released' }
  | { readonly type: 'workflow_start'; readonly name: string; readonly input: Json }
  | { readonly type: 'workflow_end'; readonly output: Json }
  /** Stored before the executor is asked: from here on the step may have run. */
  | {
      readonly type: 'step_start'
      readonly key: string
      readonly identity: string
      readonly attempt: number
      readonly sessionId: string
      readonly at: number
    }
  | {
      readonly type: 'step_end'
      readonly key: string
      readonly attempt: number
      readonly outcome: StepOutcome
      /** As its budget counted it, where there was one. */
      readonly used?: Spending
      readonly at: number
    }

const VERSION = 1
const DIGEST_LENGTH = 32
const BODY_AT = 2 + DIGEST_LENGTH + 1

const chainOf = (host: Host, previous: string, body: string): string => host.digest(previous + body).slice(0, DIGEST_LENGTH)

/** `previous` is the chain digest of the record before; empty for the first. */
export function encodeWorkflowRecord(
  record: WorkflowRecord,
  previous: string,
  host: Host,
): { readonly text: string; readonly chain: string } {
  const body = JSON.stringify(record)
  const chain = chainOf(host, previous, body)
  return { text: `${VERSION} ${chain} ${body}`, chain }
}

export type RecordPlace = { readonly key: string; readonly offset: number; readonly previous: string; readonly host: Host }

/** Throws `store_corrupt` or `store_newer`, naming the log and the offset. */
export function decodeWorkflowRecord(text: string, place: RecordPlace): { readonly record: WorkflowRecord; readonly chain: string } {
  const version = Number.parseInt(text, 10)
  if (version > VERSION) throw newer(version, place)
  const chain = text.slice(2, BODY_AT - 1)
  const body = text.slice(BODY_AT)
  if (version !== VERSION || chain !== chainOf(place.host, place.previous, body))
    throw damaged(place, 'its digest does not match, so it is not what was written there')
  return { record: parse(body, place), chain }
}

const FIELDS: Readonly<Record<WorkflowRecord['type'], readonly string[]>> = {
  workflow_claimed: ['holder'],
  workflow_released: [],
  workflow_start: ['name'],
  workflow_end: [],
  step_start: ['key', 'identity', 'sessionId'],
  step_end: ['key'],
}

function parse(body: string, place: RecordPlace): WorkflowRecord {
  let data: unknown
  try {
    data = JSON.parse(body)
  } catch (error) {
    throw damaged(place, toMessage(error))
  }
  if (!isJsonObject(data) || typeof data.type !== 'string' || !Object.hasOwn(FIELDS, data.type))
    throw damaged(place, 'its type is not known')
  for (const field of FIELDS[data.type as WorkflowRecord['type']])
    if (typeof data[field] !== 'string') throw damaged(place, `'${field}' is not a string`)
  if (data.type.startsWith('step_') && typeof data.attempt !== 'number') throw damaged(place, `'attempt' is not a number`)
  if (data.type === 'step_end') assertOutcome(data.outcome, place)
  return data as unknown as WorkflowRecord
}

function assertOutcome(outcome: unknown, place: RecordPlace): void {
  try {
    parseStepOutcome(outcome)
  } catch (error) {
    throw damaged(place, toMessage(error))
  }
}

const damaged = ({ key, offset }: RecordPlace, why: string): AgentError =>
  new AgentError('store_corrupt', `The workflow cannot be resumed: record ${offset} of ${key} cannot be read: ${why}`, {
    details: { key, offset },
  })

const newer = (version: number, { key, offset }: RecordPlace): AgentError =>
  new AgentError(
    'store_newer',
    `The workflow cannot be resumed: record ${offset} of ${key} is of version ${version}, and this version reads ${VERSION}. Upgrade @seamfold/core`,
    { details: { key, offset, version } },
  )
