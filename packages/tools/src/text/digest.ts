/** The SHA-256 of bytes or text, in hex. */
import { createHash } from 'node:crypto'

export const digest = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')
