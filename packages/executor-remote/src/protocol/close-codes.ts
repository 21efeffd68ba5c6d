/** Why either end closes a connection: the codes of the protocol, and a reason that fits into a close frame. */

/** WebSocket close codes of this protocol. Everything else is the transport's own. */
export const closeCodes = {
  /** Not a frame of this protocol, or not one that may come now. */
  malformed: 4400,
  /** No protocol version in common. */
  version: 4406,
  /** The first frame did not come in time. */
  handshakeTimeout: 4408,
  /** The session goes on over a newer connection. */
  replaced: 4409,
  /** A frame is missing: connect again and resume. */
  gap: 4422,
  /** The worker is closing for good. */
  closing: 4503,
} as const

const MAX_REASON_BYTES = 120

/** As much of the text as a close frame can hold. */
export function closeReason(text: string): string {
  let reason = text.slice(0, MAX_REASON_BYTES)
  while (Buffer.byteLength(reason) > MAX_REASON_BYTES) reason = reason.slice(0, -1)
  return reason
}

/** Breaks off a connection: the peer gets the code and the message. */
export class ProtocolError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.name = 'ProtocolError'
    this.code = code
  }
}
