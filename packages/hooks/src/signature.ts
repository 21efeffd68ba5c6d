/** Signs what a web service is told, so that it knows who speaks. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** `t=<seconds since the epoch>,v1=<HMAC-SHA256 of "t.body" in hex>`. */
export const SIGNATURE_HEADER = 'seamfold-signature'

const digest = (secret: string, seconds: number, body: string): string =>
  createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex')

export const sign = (secret: string, body: string, now: number): string => {
  const seconds = Math.floor(now / 1000)
  return `t=${seconds},v1=${digest(secret, seconds, body)}`
}

export type SignedBody = {
  /** As it came, to the byte. */
  readonly body: string
  /** The header `seamfold-signature`. */
  readonly signature: string | null | undefined
  readonly secret: string
  /** Seconds that it may be old, or early. Default: 300. */
  readonly toleranceSeconds?: number
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number
}

const TOLERANCE_SECONDS = 300

/** For whoever receives hooks: whether the body was signed with the secret, and lately. */
export function verifyHookSignature({
  body,
  signature,
  secret,
  toleranceSeconds = TOLERANCE_SECONDS,
  now = Date.now(),
}: SignedBody): boolean {
  const [, time, given] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature ?? '') ?? []
  if (time === undefined || given === undefined) return false
  if (Math.abs(now / 1000 - Number(time)) > toleranceSeconds) return false
  return timingSafeEqual(Buffer.from(given, 'hex'), Buffer.from(digest(secret, Number(time), body), 'hex'))
}
