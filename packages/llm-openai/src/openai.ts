/** `openai({…})`: an `LlmClient` over the official SDK, for OpenAI and for every server that speaks its protocols. */
import type { LlmClient } from '@seamfold/core/kit'
import { idsOf } from './call-ids.ts'
import { chatDecoder } from './chat/from-wire.ts'
import { chatBody } from './chat/to-wire.ts'
import { sender } from './client.ts'
import { settingsOf, type OpenAiOptions } from './options.ts'
import { responsesDecoder } from './responses/from-wire.ts'
import { responsesBody } from './responses/to-wire.ts'
import { streamAnswer } from './stream.ts'

/**
 * A model behind the Responses API or Chat Completions.
 *
 * @throws AgentError `llm_unauthorized` when no key is given or set, `invalid_argument` for options that cannot be right.
 */
export function openai(options: OpenAiOptions): LlmClient {
  const settings = settingsOf(options)
  const { model, mode } = settings
  const post = sender(settings)
  const bodyOf = mode === 'responses' ? responsesBody(settings) : chatBody(settings)
  const newDecoder = mode === 'responses' ? responsesDecoder : chatDecoder
  return {
    contract: 1,
    model,
    stream(request, { signal }) {
      const send = (): Promise<Response> => post(bodyOf(request), signal)
      return streamAnswer({ send, decoder: newDecoder(model, idsOf(request.messages)), provider: model.provider, signal })
    },
  }
}
