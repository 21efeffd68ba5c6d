/** The Responses API: how its requests are judged and answered. */
import { isFields, parseJson } from '../base/json.ts'
import { decodeResponses, responsesSegments } from '../decode/responses.ts'
import { resolveResponses } from '../decode/responses-resolve.ts'
import { named } from '../encode/frame.ts'
import type { Frame } from '../encode/frame.ts'
import { responseBody, responseUsage } from '../encode/response-body.ts'
import { outputItems } from '../encode/response-items.ts'
import type { OutputItem } from '../encode/response-items.ts'
import { responseFrames } from '../encode/response-stream.ts'
import { limited } from '../model/limit.ts'
import { reasons } from '../model/model.ts'
import type { ModelProfile } from '../model/model.ts'
import { totalTokens } from '../model/tokens.ts'
import type { StreamFaults } from '../model/turn.ts'
import { openAiPath, openAiShapeFault } from '../rules/openai-shape.ts'
import { responsesRules } from '../rules/responses.ts'
import { movedParameter, responsesShape } from '../rules/responses-shape.ts'
import { firstRefusal } from '../rules/rule.ts'
import { checkShape } from '../rules/shape-check.ts'
import type { ResolvedResponses, ResponsesRequest } from '../wire/responses.ts'
import { authenticateOpenAi, openAiErrorBody, openAiFailure } from './openai.ts'
import type { Accepted, Judgement, Protocol } from './protocol.ts'
import { minimumCacheTokens } from './world.ts'
import type { World } from './world.ts'

/** Notes which reasoning led to which item, and which item each reasoning led to. */
function note(output: readonly OutputItem[], model: string, world: World): void {
  let before: string[] = []
  let fresh = true
  for (const item of output) {
    if (item.type === 'reasoning') {
      before = fresh ? [...before, item.id] : [item.id]
      fresh = true
      continue
    }
    if (fresh) for (const id of before) world.issued.note(id, { model, proofs: [item.id] })
    fresh = false
    world.issued.note(item.id, { model, proofs: before })
  }
}

function accept(resolved: ResolvedResponses, model: ModelProfile, world: World): Accepted {
  const { request, items } = resolved
  return {
    conversation: decodeResponses(resolved),
    answer(turn, { ids, deltaCharacters }) {
      const answer = limited(turn, {
        tokens: request.max_output_tokens ?? model.maxOutputTokens,
        stopSequences: [],
        reasoning: reasons(model),
      })
      const output = outputItems(answer, { request, signer: world.signer, ids })
      const segments = responsesSegments(resolved)
      const namespace = `${model.id}\n${request.prompt_cache_key ?? ''}`
      const cached = world.openAiCache.use(namespace, segments, minimumCacheTokens(world, model))
      const tokens = totalTokens(segments)
      const usage = turn.usage === 'missing' ? null : responseUsage(answer, { tokens, cached })
      const id = ids.next('resp_', 48)
      const body = responseBody(answer, output, { id, request, usage, created: Math.floor(world.clock.now() / 1000) })
      note(output, model.id, world)
      if (request.store !== false) world.responses.keep(id, [...items, ...output])
      return {
        body,
        frames: responseFrames(body, deltaCharacters),
        usage: { input: tokens - cached, output: answer.outputTokens, cacheRead: cached, cacheWrite: 0, reasoning: answer.reasoningTokens },
      }
    },
  }
}

function judge(body: unknown, world: World): Judgement {
  if (!isFields(body)) return { refusal: { rule: 'responses.body', message: 'The request body must be a JSON object.' } }
  const problem = checkShape(body, responsesShape)
  if (problem !== undefined) {
    const moved = problem.kind === 'extra' ? movedParameter(openAiPath(problem.path)) : undefined
    return { refusal: { rule: `responses.shape_${problem.kind}`, ...(moved ?? openAiShapeFault(problem)) } }
  }
  const request = body as unknown as ResponsesRequest // the shape was checked field by field just above
  const model = world.models.get(request.model)
  if (model?.provider !== 'openai') {
    const message = `The requested model '${request.model}' does not exist.`
    return { refusal: { rule: 'responses.model', message, param: 'model', code: 'model_not_found' } }
  }
  const resolved = resolveResponses(request, world.responses)
  if ('fault' in resolved) return { refusal: { rule: 'responses.stored', ...resolved.fault } }
  const promptTokens = totalTokens(responsesSegments(resolved))
  const context = { model, signer: world.signer, issued: world.issued, responses: world.responses, promptTokens }
  const refusal = firstRefusal(responsesRules, resolved, context)
  return refusal === undefined ? { accepted: accept(resolved, model, world) } : { refusal }
}

function errorFrame(error: NonNullable<StreamFaults['error']>, sent: readonly Frame[]): Frame {
  const code = error.code ?? 'server_error'
  const message = error.message ?? 'The server had an error while processing your request. Sorry about that!'
  if (error.form !== 'failed') return named({ type: 'error', code, message, param: null, sequence_number: sent.length })
  const first = parseJson(sent[0]?.data ?? '{}')?.value
  const response = isFields(first) && isFields(first['response']) ? first['response'] : {}
  return named({
    type: 'response.failed',
    response: { ...response, status: 'failed', error: { code, message } },
    sequence_number: sent.length,
  })
}

export const responsesProtocol: Protocol = {
  api: 'responses',
  requestIdHeader: 'x-request-id',
  authenticate: authenticateOpenAi,
  judge,
  failure: openAiFailure,
  errorBody: openAiErrorBody,
  errorFrame,
  pingFrame: ': ping\n\n',
}
