/** Chat Completions: how its requests are judged and answered. */
import { isFields } from '../base/json.ts'
import { chatSegments, decodeChat } from '../decode/chat.ts'
import { chatCompletion, chatUsage } from '../encode/chat-completion.ts'
import { chatFrames } from '../encode/chat-stream.ts'
import { unnamed } from '../encode/frame.ts'
import { limited } from '../model/limit.ts'
import { reasons } from '../model/model.ts'
import type { ModelProfile } from '../model/model.ts'
import { totalTokens } from '../model/tokens.ts'
import { chatRules } from '../rules/chat.ts'
import { chatShape } from '../rules/chat-shape.ts'
import { openAiShapeFault } from '../rules/openai-shape.ts'
import { firstRefusal } from '../rules/rule.ts'
import { checkShape } from '../rules/shape-check.ts'
import type { ChatRequest } from '../wire/chat.ts'
import { authenticateOpenAi, openAiErrorBody, openAiFailure } from './openai.ts'
import type { Accepted, Judgement, Protocol } from './protocol.ts'
import { minimumCacheTokens } from './world.ts'
import type { World } from './world.ts'

function accept(request: ChatRequest, model: ModelProfile, world: World): Accepted {
  const stop = request.stop ?? []
  return {
    conversation: decodeChat(request),
    answer(turn, { ids, deltaCharacters }) {
      const answer = limited(turn, {
        tokens: request.max_completion_tokens ?? request.max_tokens ?? model.maxOutputTokens,
        stopSequences: typeof stop === 'string' ? [stop] : stop,
        reasoning: reasons(model) || model.reasoningField !== undefined,
      })
      const segments = chatSegments(request)
      const namespace = `${model.id}\n${request.prompt_cache_key ?? ''}`
      const cached = world.openAiCache.use(namespace, segments, minimumCacheTokens(world, model))
      const tokens = totalTokens(segments)
      const usage = chatUsage(answer, { tokens, cached })
      const body = chatCompletion(answer, { model, ids, usage, created: Math.floor(world.clock.now() / 1000) })
      const said = turn.usage ?? 'normal'
      const includeUsage = request.stream_options?.include_usage === true
      const { usage: _hidden, ...silent } = body
      return {
        body: said === 'missing' ? silent : body,
        frames: chatFrames(body, { size: deltaCharacters, includeUsage, usage: said }),
        usage: { input: tokens - cached, output: answer.outputTokens, cacheRead: cached, cacheWrite: 0, reasoning: answer.reasoningTokens },
      }
    },
  }
}

function judge(body: unknown, world: World): Judgement {
  if (!isFields(body)) return { refusal: { rule: 'chat.body', message: 'The request body must be a JSON object.' } }
  const problem = checkShape(body, chatShape)
  if (problem !== undefined) return { refusal: { rule: `chat.shape_${problem.kind}`, ...openAiShapeFault(problem) } }
  const request = body as unknown as ChatRequest // the shape was checked field by field just above
  const model = world.models.get(request.model)
  if (model?.provider !== 'openai') {
    const message = `The model \`${request.model}\` does not exist or you do not have access to it.`
    return { refusal: { rule: 'chat.model', status: 404, message, code: 'model_not_found' } }
  }
  const promptTokens = totalTokens(chatSegments(request))
  const refusal = firstRefusal(chatRules, request, {
    model,
    signer: world.signer,
    issued: world.issued,
    responses: world.responses,
    promptTokens,
  })
  return refusal === undefined ? { accepted: accept(request, model, world) } : { refusal }
}

export const chatProtocol: Protocol = {
  api: 'chat',
  requestIdHeader: 'x-request-id',
  authenticate: authenticateOpenAi,
  judge,
  failure: openAiFailure,
  errorBody: openAiErrorBody,
  errorFrame: (error) =>
    unnamed(
      openAiErrorBody({
        type: error.type ?? 'server_error',
        message: error.message ?? 'The server had an error while processing your request. Sorry about that!',
        ...(error.code === undefined ? {} : { code: error.code }),
      }),
    ),
  pingFrame: ': ping\n\n',
}
