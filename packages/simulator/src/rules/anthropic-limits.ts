/** Rules about the numbers of an Anthropic request: output limit, sampling, cache marks, size of the prompt. */
import { allowsSampling } from '../model/model.ts'
import { blocksOf } from '../wire/anthropic.ts'
import type { AnthropicRequest, CacheControl } from '../wire/anthropic.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<AnthropicRequest>

const maxTokens: R = {
  id: 'anthropic.max_tokens',
  check({ max_tokens }, { model }) {
    if (max_tokens < 1) return { message: 'max_tokens: Input should be greater than or equal to 1' }
    return max_tokens > model.maxOutputTokens
      ? {
          message: `max_tokens: ${max_tokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.id}`,
        }
      : undefined
  },
}

const ranges = [
  ['temperature', 0, 1],
  ['top_p', 0, 1],
  ['top_k', 0, Number.POSITIVE_INFINITY],
] as const

const sampling: R = {
  id: 'anthropic.sampling',
  check: (request, { model }) =>
    firstFault(ranges, ([name, low, high]): Fault | undefined => {
      const value = request[name]
      if (value === undefined) return undefined
      if (!allowsSampling(model)) return { message: `\`${name}\` is deprecated for this model.` }
      if (value < low) return { message: `${name}: range: ${low}..${high}` }
      return value > high ? { message: `${name}: range: ${low}..${high}` } : undefined
    }) ??
    (request.temperature !== undefined && request.top_p !== undefined
      ? { message: `\`temperature\` and \`top_p\` cannot both be specified for this model. Please use only one.` }
      : undefined),
}

const stopSequences: R = {
  id: 'anthropic.stop_sequences',
  check: ({ stop_sequences = [] }) =>
    firstFault(stop_sequences.entries(), ([index, text]) =>
      text.trim() === ''
        ? { message: `stop_sequences: each stop sequence must contain non-whitespace (stop_sequences.${index})` }
        : undefined,
    ),
}

/** Every cache mark of the request, in prompt order. */
function marks(request: AnthropicRequest): readonly CacheControl[] {
  const blocks = request.messages.flatMap((message) =>
    blocksOf(message).flatMap((block) => [...(block.type === 'tool_result' && Array.isArray(block.content) ? block.content : []), block]),
  )
  const system = Array.isArray(request.system) ? request.system : []
  const marked: readonly { readonly cache_control?: CacheControl | null }[] = [
    ...(request.tools ?? []),
    ...system,
    ...blocks.map((block) => ('cache_control' in block ? { cache_control: block.cache_control ?? null } : {})),
    { cache_control: request.cache_control ?? null },
  ]
  return marked.flatMap(({ cache_control: mark }) => (mark === undefined || mark === null ? [] : [mark]))
}

const cacheMarks: R = {
  id: 'anthropic.cache_control_count',
  check(request) {
    const found = marks(request).length
    return found > 4 ? { message: `A maximum of 4 blocks with cache_control may be provided. Found ${found}.` } : undefined
  },
}

const cacheOrder: R = {
  id: 'anthropic.cache_control_order',
  check(request) {
    const ttls = marks(request).map(({ ttl = '5m' }) => ttl)
    return ttls.lastIndexOf('1h') > ttls.indexOf('5m') && ttls.includes('5m')
      ? {
          message:
            "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
        }
      : undefined
  },
}

const promptSize: R = {
  id: 'anthropic.context_window',
  check({ max_tokens }, { model, promptTokens }) {
    if (promptTokens > model.contextWindow)
      return { message: `prompt is too long: ${promptTokens} tokens > ${model.contextWindow} maximum` }
    return promptTokens + max_tokens > model.contextWindow
      ? {
          message: `input length and \`max_tokens\` exceed context limit: ${promptTokens} + ${max_tokens} > ${model.contextWindow}, decrease input length or \`max_tokens\` and try again`,
        }
      : undefined
  },
}

export const anthropicLimitRules: readonly R[] = [maxTokens, sampling, stopSequences, cacheMarks, cacheOrder]

/** Judged last: the providers count tokens only of a request that is otherwise valid. */
export const anthropicSizeRules: readonly R[] = [promptSize]
