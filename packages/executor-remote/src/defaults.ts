/** The defaults that both ends share: one place for each number. */

/** Bytes of one message that are read at most: 16 MiB. */
export const MAX_MESSAGE_BYTES = 16_777_216
/** Milliseconds between signs of life. */
export const HEARTBEAT_MS = 15_000
/** Milliseconds in which both ends must have introduced themselves. */
export const HANDSHAKE_MS = 10_000
/** Bytes that are kept for an end that does not read: 16 MiB. */
export const MAX_BUFFER_BYTES = 16_777_216

/** Hosts that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
