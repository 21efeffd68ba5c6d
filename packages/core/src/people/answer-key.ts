/** `answerKey`: answers that nobody else can give, with HMAC-SHA-256 by Web Crypto. */
import { AgentError } from '../base/errors.ts'
import { sha256 } from '../base/sha256.ts'
import { canonicalJson, type Json } from '../model/json.ts'
import type { AnswerDecision, AnswerKey, WaitingFor } from '../model/waiting.ts'

const LEAST_BYTES = 16
const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' } as const

/**
 * A key from a secret of 16 bytes or more that whoever may answer shares with the agent. A signature covers the session, the run, the
 * request, the call with its arguments and what they touch, and the whole answer with who gave it: it is worth nothing anywhere else.
 * Throws `invalid_argument` for a shorter secret.
 */
export function answerKey(secret: string | Uint8Array<ArrayBuffer>): AnswerKey {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (bytes.length < LEAST_BYTES)
    throw new AgentError(
      'invalid_argument',
      `The secret of an answer key must have at least ${LEAST_BYTES} bytes; this one has ${bytes.length}`,
    )
  let imported: ReturnType<typeof crypto.subtle.importKey> | undefined
  const key = (): ReturnType<typeof crypto.subtle.importKey> =>
    (imported ??= crypto.subtle.importKey('raw', bytes, ALGORITHM, false, ['sign', 'verify']))
  return {
    id: sha256()(`seamfold answer key\n${bytes.join()}`).slice(0, 16),
    async sign(request, answer) {
      return toHex(await crypto.subtle.sign('HMAC', await key(), textOf(request, answer)))
    },
    async verify(request, answer) {
      const given = fromHex(answer.signature)
      return given !== undefined && crypto.subtle.verify('HMAC', await key(), given, textOf(request, answer))
    },
  }
}

/** As both sides see it, whichever way it came to them. */
function textOf(request: WaitingFor, given: AnswerDecision): Uint8Array<ArrayBuffer> {
  const { signature: _, ...answer } = given
  const { sessionId, runId, requestId, kind, toolName, callId, args, accesses } = request
  const said = ['seamfold answer 1', sessionId, runId, requestId, kind, toolName, callId, args, accesses, answer]
  return new TextEncoder().encode(canonicalJson(JSON.parse(JSON.stringify(said)) as Json))
}

const toHex = (bytes: ArrayBuffer): string => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function fromHex(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})+$/.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
