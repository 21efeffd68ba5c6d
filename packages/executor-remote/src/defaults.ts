/** What both ends share: the defaults, one place for each number, and the checks of options. */
import { AgentError } from '@seamfold/core/kit'

/** Bytes of one message that are read at most: 16 MiB. */
export const MAX_MESSAGE_BYTES = 16_777_216
/** What both ends must read at least. */
export const MIN_MESSAGE_BYTES = 1024
/** Milliseconds between signs of life. */
export const HEARTBEAT_MS = 15_000
/** Milliseconds in which both ends must have introduced themselves. */
export const HANDSHAKE_MS = 10_000
/** Bytes that are kept for an end that does not read: 16 MiB. */
export const MAX_BUFFER_BYTES = 16_777_216
/** Bytes of steps that wait for a place at a worker: 256 MiB. */
export const MAX_QUEUED_BYTES = 268_435_456

/** Throws `invalid_argument` unless each is a whole number above zero; what is not given is fine. */
export function assertPositive(numbers: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined || (Number.isInteger(value) && value > 0)) continue
    throw new AgentError('invalid_argument', `${name} is ${value}: give a whole number above zero`)
  }
}

/** Throws `invalid_argument` when not even the first frames would fit. */
export function assertMessageBytes(maxMessageBytes: number = MAX_MESSAGE_BYTES): void {
  assertPositive({ maxMessageBytes })
  if (maxMessageBytes < MIN_MESSAGE_BYTES) {
    throw new AgentError('invalid_argument', `maxMessageBytes is ${maxMessageBytes}: give ${MIN_MESSAGE_BYTES} or more`)
  }
}

/** Throws `invalid_argument` unless these milliseconds are a whole number that both ends can read, zero included. */
export function assertGrace(graceMs: number | undefined): void {
  if (graceMs === undefined || (Number.isSafeInteger(graceMs) && graceMs >= 0)) return
  throw new AgentError('invalid_argument', `graceMs is ${graceMs}: give a whole number, 0 or more`)
}

/** Throws `invalid_argument` unless each is a list of texts; what is not given is fine. */
export function assertTexts(lists: Readonly<Record<string, unknown>>): void {
  for (const [name, list] of Object.entries(lists)) {
    if (list === undefined || (Array.isArray(list) && list.every((each) => typeof each === 'string'))) continue
    throw new AgentError('invalid_argument', `${name} is ${JSON.stringify(list)}: give a list of texts`)
  }
}

/** Hosts that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** What can travel as `Authorization: Bearer …`. */
export const isToken = (token: unknown): token is string => typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)
