/** Rules about the numbers and the modes of a Responses request. */
import { allowsSampling, reasons } from '../model/model.ts'
import type { ResolvedResponses } from '../wire/responses.ts'
import { outOfRange, streamOptionsFault, unsupportedParameter } from './openai-shape.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<ResolvedResponses>

const outputLimit: R = {
  id: 'responses.max_output_tokens',
  check: ({ request: { max_output_tokens: value } }, { model }) =>
    outOfRange('max_output_tokens', value, { low: 16, high: model.maxOutputTokens }),
}

const sampling: R = {
  id: 'responses.sampling',
  check: ({ request }, { model }) =>
    firstFault(['temperature', 'top_p'] as const, (name) => {
      const value = request[name]
      if (value === undefined || value === null) return undefined
      if (!allowsSampling(model)) return unsupportedParameter(name)
      return outOfRange(name, value, { low: 0, high: name === 'temperature' ? 2 : 1 })
    }),
}

const effort: R = {
  id: 'responses.reasoning_supported',
  check({ request: { reasoning } }, { model }) {
    if (reasons(model) || reasoning === undefined || reasoning === null) return undefined
    const named = (['effort', 'summary'] as const).find((name) => (reasoning[name] ?? undefined) !== undefined)
    return named === undefined ? undefined : unsupportedParameter(`reasoning.${named}`)
  },
}

const encrypted: R = {
  id: 'responses.include_encrypted',
  check: ({ request: { include } }, { model }) =>
    include?.includes('reasoning.encrypted_content') === true && !reasons(model)
      ? { message: 'Encrypted content is not supported with this model.', param: 'include' }
      : undefined,
}

const streamOptions: R = { id: 'responses.stream_options', check: ({ request }) => streamOptionsFault(request) }

const notSimulated: R = {
  id: 'responses.not_simulated',
  check: ({ request }) =>
    firstFault(['background', 'conversation', 'prompt'], (name): Fault | undefined => {
      const value: unknown = Object.entries(request).find(([field]) => field === name)?.[1]
      if (value === undefined || value === null || value === false) return undefined
      return {
        message: `Unsupported parameter: '${name}' is not simulated. Send 'input', with 'previous_response_id' if needed.`,
        param: name,
        code: 'unsupported_parameter',
      }
    }),
}

const size: R = {
  id: 'responses.context_window',
  check: ({ request: { truncation } }, { model, promptTokens }) =>
    promptTokens > model.contextWindow && truncation !== 'auto'
      ? {
          message: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
          param: 'input',
          code: 'context_length_exceeded',
        }
      : undefined,
}

export const responsesLimitRules: readonly R[] = [outputLimit, sampling, effort, encrypted, streamOptions, notSimulated]
export const responsesSizeRules: readonly R[] = [size]
