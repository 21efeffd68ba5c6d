/** A hook executor whose far side is a web service: JSON by POST, with a signature where a secret is given. */
import {
  AgentError,
  type Clock,
  type HookDecision,
  type HookEvent,
  type HookExecutor,
  isAgentError,
  systemHost,
  toMessage,
} from '@seamfold/core/kit'
import { excerpt, isGate, readDecision } from './decision.ts'
import { DEPTH_HEADER, type DepthOptions, nextDepth } from './depth.ts'
import { readBounded } from './read-bounded.ts'
import { sign, SIGNATURE_HEADER } from './signature.ts'
import { checkLimits, DEFAULT_TIMEOUT_MS, withinTime } from './within-time.ts'

type Headers = Readonly<Record<string, string>>

export type HttpHooksOptions = DepthOptions & {
  /** `http:` or `https:`, without a password: that belongs in a header. */
  readonly url: string | URL
  /** Sent with every request; a function is asked each time, so that tokens may change. */
  readonly headers?: Headers | (() => Headers | Promise<Headers>)
  /** Signs every request in the header `seamfold-signature`. */
  readonly secret?: string
  /** Milliseconds until the answer must be there, whole; `0` means no limit. Default: 30,000. */
  readonly timeoutMs?: number
  /** Bytes that an answer may have. Default: 1,000,000. */
  readonly maxResponseBytes?: number
  /** Default: the one of the platform. */
  readonly fetch?: typeof fetch
  readonly clock?: Clock
}

const DEFAULT_RESPONSE_BYTES = 1_000_000

/** Posts each hook. An answer of 2xx without a body says nothing; anything but 2xx is a failure, redirects too. */
export function httpHooks(options: HttpHooksOptions): HookExecutor {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxResponseBytes = DEFAULT_RESPONSE_BYTES, clock = systemHost().clock } = options
  checkLimits({ timeoutMs, maxResponseBytes, depth: options.depth, maxDepth: options.maxDepth })
  if (options.secret === '') throw new AgentError('invalid_argument', "The option 'secret' is empty: nothing would be proved by it")
  const url = checkedUrl(options.url)
  const who = `The web service ${url.origin}${url.pathname}`
  return {
    contract: 1,
    async fire(event, { signal }) {
      return withinTime({ clock, timeoutMs, signal, who }, async (until) => {
        const body = JSON.stringify(event)
        const headers = await headersOf(options, { body, depth: nextDepth(options), now: clock.now() })
        const response = await post({ url, body, headers, signal: until, who, fetch: options.fetch ?? fetch })
        try {
          return await answerOf(event, response, { maxResponseBytes, who })
        } catch (error) {
          until.throwIfAborted()
          if (isAgentError(error)) throw error
          throw new AgentError('contract_violation', `${who} broke off its answer: ${toMessage(error)}`, { cause: error })
        }
      })
    },
  }
}

function checkedUrl(given: string | URL): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new AgentError('invalid_argument', `The option 'url' must be an address with http: or https:; it is '${String(given)}'`)
  if (url.username !== '' || url.password !== '')
    throw new AgentError('invalid_argument', `The option 'url' holds a name or a password: give them as a header`)
  return url
}

async function headersOf(
  { headers = {}, secret }: HttpHooksOptions,
  { body, depth, now }: { readonly body: string; readonly depth: number; readonly now: number },
): Promise<Headers> {
  return {
    ...(typeof headers === 'function' ? await headers() : headers),
    'content-type': 'application/json',
    accept: 'application/json',
    [DEPTH_HEADER]: String(depth),
    ...(secret === undefined ? {} : { [SIGNATURE_HEADER]: sign(secret, body, now) }),
  }
}

type Post = {
  readonly url: URL
  readonly body: string
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly who: string
  readonly fetch: typeof fetch
}

async function post({ url, body, headers, signal, who, fetch: send }: Post): Promise<Response> {
  try {
    return await send(url, { method: 'POST', body, headers, signal, redirect: 'manual' })
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    throw new AgentError('contract_violation', `${who} could not be asked: ${toMessage(cause)}`, { cause: error })
  }
}

async function answerOf(
  event: HookEvent,
  response: Response,
  { maxResponseBytes, who }: { readonly maxResponseBytes: number; readonly who: string },
): Promise<HookDecision | undefined> {
  const { status, ok } = response
  if (ok && !isGate(event)) {
    await response.body?.cancel()
    return undefined
  }
  const limit = ok ? maxResponseBytes : Math.min(maxResponseBytes, 1_000)
  const { text, whole } = await readBounded(response, limit)
  if (ok && !whole) throw new AgentError('contract_violation', `${who} answered with more than ${maxResponseBytes} bytes`)
  if (ok) return readDecision(text, who)
  const where = response.headers.get('location')
  const redirect =
    status >= 300 && status < 400 ? `, which leads to ${where ?? 'nowhere'}: redirects are not followed, give that address` : ''
  throw new AgentError('contract_violation', `${who} answered with status ${status}${redirect}${text === '' ? '' : `: ${excerpt(text)}`}`, {
    details: { status },
  })
}
