/** The Messages API: how its requests are judged and answered. */
import type { IncomingHttpHeaders } from 'node:http'
import { isFields } from '../base/json.ts'
import { decodeAnthropic } from '../decode/anthropic.ts'
import { anthropicSegments } from '../decode/anthropic-segments.ts'
import { anthropicMessage, anthropicUsage, writtenBlocks } from '../encode/anthropic-message.ts'
import { anthropicFrames } from '../encode/anthropic-stream.ts'
import { named } from '../encode/frame.ts'
import { limited } from '../model/limit.ts'
import { totalTokens } from '../model/tokens.ts'
import { anthropicRules } from '../rules/anthropic.ts'
import { anthropicShape, anthropicShape2023, anthropicShapeFault, countTokensShape } from '../rules/anthropic-shape.ts'
import { firstRefusal } from '../rules/rule.ts'
import type { Refusal, RuleContext } from '../rules/rule.ts'
import { checkShape } from '../rules/shape-check.ts'
import type { Shape } from '../rules/shape.ts'
import { thinkingOf } from '../wire/anthropic.ts'
import type { AnthropicRequest } from '../wire/anthropic.ts'
import type { Accepted, Protocol, ProviderError } from './protocol.ts'
import { minimumCacheTokens } from './world.ts'
import type { World } from './world.ts'

const errorTypes: Readonly<Record<number, readonly [string, string]>> = {
  400: ['invalid_request_error', 'The request is invalid.'],
  401: ['authentication_error', 'invalid x-api-key'],
  403: ['permission_error', 'Your API key does not have permission to use the specified resource.'],
  404: ['not_found_error', 'Not Found'],
  408: ['timeout_error', 'Request timed out.'],
  413: ['request_too_large', 'Request exceeds the maximum size'],
  429: ['rate_limit_error', "This request would exceed your organization's rate limit. Please try again later."],
  504: ['timeout_error', 'The request timed out. Consider streaming.'],
  529: ['overloaded_error', 'Overloaded'],
}

const currentVersion = '2026-10-21'

const authentication = (message: string): Refusal => ({ rule: 'anthropic.api_key', status: 401, type: 'authentication_error', message })

function authenticate(headers: IncomingHttpHeaders, world: World): Refusal | undefined {
  const bearer = headers.authorization?.replace(/^Bearer /, '')
  const key = headers['x-api-key'] ?? bearer
  if (key === undefined || key === '') return authentication('x-api-key header is required')
  if (world.apiKeys !== undefined && !world.apiKeys.has(String(key))) return authentication('invalid x-api-key')
  const version = headers['anthropic-version']
  if (version === undefined) return { rule: 'anthropic.version', message: 'anthropic-version: header is required' }
  return version === currentVersion || version === '2023-06-01'
    ? undefined
    : { rule: 'anthropic.version', message: `anthropic-version: "${String(version)}" is not a valid version` }
}

type Checked = { readonly request: AnthropicRequest; readonly context: RuleContext }

/** The request once its fields, its model and (unless it only counts) all rules are in order. */
function check(body: unknown, world: World, shape: Shape): Checked | { readonly refusal: Refusal } {
  if (!isFields(body)) return { refusal: { rule: 'anthropic.body', message: 'The request body must be a JSON object.' } }
  const problem = checkShape(body, shape)
  if (problem !== undefined) return { refusal: { rule: `anthropic.shape_${problem.kind}`, ...anthropicShapeFault(problem) } }
  const counting = shape === countTokensShape
  // the shape was checked field by field just above
  const request = (counting ? { max_tokens: 1, ...body } : body) as unknown as AnthropicRequest
  const model = world.models.get(request.model)
  if (model?.provider !== 'anthropic')
    return { refusal: { rule: 'anthropic.model', status: 404, type: 'not_found_error', message: `model: ${request.model}` } }
  const promptTokens = totalTokens(anthropicSegments(request))
  const context = { model, signer: world.signer, issued: world.issued, responses: world.responses, promptTokens }
  const skipped = counting ? ['anthropic.max_tokens', 'anthropic.thinking_budget', 'anthropic.context_window'] : []
  const refusal = firstRefusal(
    anthropicRules.filter(({ id }) => !skipped.includes(id)),
    request,
    context,
  )
  return refusal === undefined ? { request, context } : { refusal }
}

function accept({ request, context }: Checked, world: World): Accepted {
  return {
    conversation: decodeAnthropic(request),
    answer(turn, { ids, deltaCharacters }) {
      const answer = limited(turn, {
        tokens: request.max_tokens,
        stopSequences: request.stop_sequences ?? [],
        reasoning: thinkingOf(request, context.model) !== undefined,
      })
      const blocks = writtenBlocks(answer, { request, model: context.model, signer: world.signer, ids })
      const use = world.anthropicCache.use(request.model, anthropicSegments(request), minimumCacheTokens(world, context.model))
      const usage = anthropicUsage(use, answer)
      const body = anthropicMessage(answer, blocks, { id: ids.next('msg_01', 22), model: request.model, usage })
      const proofs = body.content.flatMap((block) =>
        block.type === 'thinking' ? [block.signature] : block.type === 'redacted_thinking' ? [block.data] : [],
      )
      for (const block of body.content) if (block.type === 'tool_use') world.issued.note(block.id, { model: request.model, proofs })
      const recorded = {
        input: use.input,
        output: answer.outputTokens,
        cacheRead: use.read,
        cacheWrite: use.written5m + use.written1h,
        reasoning: answer.reasoningTokens,
      }
      const frames = anthropicFrames(body, blocks, { size: deltaCharacters, usage: turn.usage ?? 'normal' })
      return { body: turn.usage === 'missing' ? { ...body, usage: { input_tokens: 0, output_tokens: 0 } } : body, frames, usage: recorded }
    },
  }
}

/** The size of a prompt, for `/v1/messages/count_tokens`. */
export function countAnthropicTokens(body: unknown, world: World): { readonly tokens: number } | { readonly refusal: Refusal } {
  const checked = check(body, world, countTokensShape)
  return 'refusal' in checked ? checked : { tokens: checked.context.promptTokens }
}

const wordsFor = (status: number): readonly [string, string] => errorTypes[status] ?? ['api_error', 'Internal server error']

export const anthropicProtocol: Protocol = {
  api: 'anthropic',
  requestIdHeader: 'request-id',
  authenticate,
  judge(body, world, headers) {
    const checked = check(body, world, headers['anthropic-version'] === currentVersion ? anthropicShape : anthropicShape2023)
    return 'refusal' in checked ? checked : { accepted: accept(checked, world) }
  },
  failure(turn) {
    const status = turn.status === 'overloaded' ? 529 : turn.status
    const [type, message] = wordsFor(status)
    return { status, type: turn.errorType ?? type, message: turn.message ?? message }
  },
  errorBody: (error: ProviderError, requestId) => ({
    type: 'error',
    error: { type: error.type, message: error.message },
    request_id: requestId,
  }),
  errorFrame: (error) =>
    named({ type: 'error', error: { type: error.type ?? 'overloaded_error', message: error.message ?? 'Overloaded' } }),
  pingFrame: 'event: ping\ndata: {"type":"ping"}\n\n',
}
