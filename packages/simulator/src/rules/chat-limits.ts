/** Rules about the numbers of a Chat Completions request. */
import { allowsSampling, reasons } from '../model/model.ts'
import type { ChatRequest } from '../wire/chat.ts'
import { longArray, outOfRange, streamOptionsFault, unsupportedParameter } from './openai-shape.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<ChatRequest>

const outputLimit: R = {
  id: 'chat.max_tokens',
  check({ max_tokens, max_completion_tokens }, { model }): Fault | undefined {
    const old = max_tokens ?? undefined
    const current = max_completion_tokens ?? undefined
    if (old !== undefined && current !== undefined)
      return {
        message: "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
        param: 'max_tokens',
        code: 'invalid_parameter_combination',
      }
    if (old !== undefined && reasons(model)) return unsupportedParameter('max_tokens', " Use 'max_completion_tokens' instead.")
    const [param, value] = old === undefined ? ['max_completion_tokens', current] : ['max_tokens', old]
    const low = outOfRange(param, value, { low: 1, high: Number.POSITIVE_INFINITY })
    if (low !== undefined || value === undefined || value <= model.maxOutputTokens) return low
    return {
      message: `${param} is too large: ${value}. This model supports at most ${model.maxOutputTokens} completion tokens, whereas you provided ${value}.`,
      param,
      code: 'invalid_value',
    }
  },
}

const ranges = {
  temperature: [0, 2],
  top_p: [0, 1],
  frequency_penalty: [-2, 2],
  presence_penalty: [-2, 2],
  n: [1, 128],
  top_logprobs: [0, 20],
} as const

const sampling: R = {
  id: 'chat.sampling_range',
  check: (request) =>
    firstFault(Object.entries(ranges), ([name, [low, high]]) => outOfRange(name, request[name as keyof typeof ranges], { low, high })),
}

/** What reasoning models take only at its default. */
const fixed = { temperature: 1, top_p: 1, frequency_penalty: 0, presence_penalty: 0, logprobs: false } as const

const reasoningModels: R = {
  id: 'chat.sampling_of_reasoning_models',
  check: (request, { model }) =>
    firstFault(allowsSampling(model) ? [] : Object.entries(fixed), ([name, only]): Fault | undefined => {
      const value = request[name as keyof typeof fixed]
      if (value === undefined || value === null || value === only) return undefined
      return {
        message: `Unsupported value: '${name}' does not support ${String(value)} with this model. Only the default (${String(only)}) value is supported.`,
        param: name,
        code: 'unsupported_value',
      }
    }),
}

const effort: R = {
  id: 'chat.reasoning_effort',
  check: ({ reasoning_effort }, { model }) =>
    (reasoning_effort ?? undefined) !== undefined && !reasons(model) ? unsupportedParameter('reasoning_effort') : undefined,
}

const stopSequences: R = {
  id: 'chat.stop',
  check({ stop }, { model }) {
    if (stop === undefined || stop === null) return undefined
    if (reasons(model)) return unsupportedParameter('stop')
    return Array.isArray(stop) && stop.length > 4 ? longArray('stop', 4, stop.length) : undefined
  },
}

const oneChoice: R = {
  id: 'chat.n',
  check: ({ n }) =>
    (n ?? 1) > 1
      ? {
          message: `Unsupported value: 'n' does not support ${String(n)} here: a scripted model has one answer.`,
          param: 'n',
          code: 'unsupported_value',
        }
      : undefined,
}

const streamOptions: R = { id: 'chat.stream_options', check: streamOptionsFault }

const size: R = {
  id: 'chat.context_window',
  check: (_request, { model, promptTokens }) =>
    promptTokens > model.contextWindow
      ? {
          message: `This model's maximum context length is ${model.contextWindow} tokens. However, your messages resulted in ${promptTokens} tokens. Please reduce the length of the messages.`,
          param: 'messages',
          code: 'context_length_exceeded',
        }
      : undefined,
}

export const chatLimitRules: readonly R[] = [outputLimit, sampling, reasoningModels, effort, stopSequences, oneChoice, streamOptions]
export const chatSizeRules: readonly R[] = [size]
