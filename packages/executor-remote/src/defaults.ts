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

/** Hosts that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
