/** Rules about Anthropic thinking: its configuration, and that its blocks come back unaltered. */
import { reasons } from '../model/model.ts'
import { blocksOf, thinkingOf } from '../wire/anthropic.ts'
import type { AnthropicBlock, AnthropicMessage, AnthropicRequest } from '../wire/anthropic.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<AnthropicRequest>

const supported: R = {
  id: 'anthropic.thinking_supported',
  check(request, { model }) {
    const thinking = thinkingOf(request, model)
    if (request.thinking?.type === 'disabled' && model.alwaysThinks === true)
      return { message: '"thinking.type.disabled" is not supported for this model.' }
    if (thinking === undefined || model.thinking?.includes(thinking.type)) return undefined
    if (!reasons(model)) return { message: `'${model.id}' does not support thinking.` }
    if (thinking.type === 'adaptive') return { message: 'adaptive thinking is not supported on this model' }
    return {
      message: `"thinking.type.${thinking.type}" is not supported for this model. Use "thinking.type.${model.thinking?.[0] ?? 'disabled'}" to control thinking behavior.`,
    }
  },
}

const budget: R = {
  id: 'anthropic.thinking_budget',
  check({ thinking, max_tokens }) {
    if (thinking?.type !== 'enabled') return undefined
    if (thinking.budget_tokens < 1024) return { message: 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024' }
    return thinking.budget_tokens >= max_tokens ? { message: '`max_tokens` must be greater than `thinking.budget_tokens`.' } : undefined
  },
}

const combinations: R = {
  id: 'anthropic.thinking_combinations',
  check(request): Fault | undefined {
    if (request.thinking === undefined || request.thinking.type === 'disabled') return undefined
    const { temperature, top_p, top_k, tool_choice } = request
    if (temperature !== undefined && temperature !== 1) return { message: '`temperature` may only be set to 1 when thinking is enabled.' }
    if (top_p !== undefined && top_p < 0.95)
      return { message: '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.' }
    if (top_k !== undefined) return { message: '`top_k` must be unset when thinking is enabled.' }
    return tool_choice?.type === 'any' || tool_choice?.type === 'tool'
      ? { message: 'Thinking may not be enabled when tool_choice forces tool use.' }
      : undefined
  },
}

const signature: R = {
  id: 'anthropic.thinking_signature',
  check: ({ messages }, { signer, model }) =>
    firstFault(messages.entries(), ([index, message]) =>
      firstFault(blocksOf(message).entries(), ([at, block]) => {
        const place = `messages.${index}.content.${at}`
        if (block.type === 'thinking' && !signer.verify(model.id, block.thinking, block.signature))
          return { message: `${place}: Invalid \`signature\` in \`thinking\` block` }
        if (block.type === 'redacted_thinking' && signer.open(model.id, block.data) === undefined)
          return { message: `${place}: Invalid \`data\` in \`redacted_thinking\` block` }
        return undefined
      }),
    ),
}

const finalBlock: R = {
  id: 'anthropic.thinking_not_last',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]) => {
      const last = blocksOf(message).at(-1)
      return message.role === 'assistant' && (last?.type === 'thinking' || last?.type === 'redacted_thinking')
        ? { message: `messages.${index}: The final block in an assistant message cannot be \`thinking\`.` }
        : undefined
    }),
}

const isThinking = (block: AnthropicBlock | undefined): boolean => block?.type === 'thinking' || block?.type === 'redacted_thinking'

const proofs = (message: AnthropicMessage): readonly string[] =>
  blocksOf(message).flatMap((block) =>
    block.type === 'thinking' ? [block.signature] : block.type === 'redacted_thinking' ? [block.data] : [],
  )

/** The first assistant message of the tool loop that the request continues. */
function loopStart(messages: readonly AnthropicMessage[]): number | undefined {
  const last = messages.at(-1)
  if (last?.role !== 'user' || !blocksOf(last).some((block) => block.type === 'tool_result')) return undefined
  const prompt = messages.findLastIndex(
    (message) => message.role === 'user' && !blocksOf(message).some((block) => block.type === 'tool_result'),
  )
  return messages.findIndex((message, index) => index > prompt && message.role === 'assistant')
}

function keptFault(message: AnthropicMessage, index: number, duty: 'none' | 'some' | readonly string[]): Fault | undefined {
  const first = blocksOf(message)[0]
  if (duty === 'none') return undefined
  if (!isThinking(first))
    return {
      message: `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first?.type ?? 'nothing'}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`.`,
    }
  return duty !== 'some' && proofs(message).join() !== duty.join()
    ? {
        message: `messages.${index}.content: \`thinking\` or \`redacted_thinking\` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.`,
      }
    : undefined
}

/** Reasoning of the loop under way has to come back: whole, in order, at the start of its message. */
const loopKeepsThinking: R = {
  id: 'anthropic.thinking_kept_in_tool_loop',
  check(request, { issued, model }) {
    const start = thinkingOf(request, model) === undefined ? undefined : loopStart(request.messages)
    if (start === undefined || start < 0) return undefined
    return firstFault([...request.messages.entries()].slice(start), ([index, message]) => {
      if (message.role !== 'assistant') return undefined
      const made = blocksOf(message)
        .map((block) => (block.type === 'tool_use' ? issued.reasoningOf(block.id) : undefined))
        .find((found) => found !== undefined)
      if (made?.proofs.length === 0) return undefined
      if (made?.model === model.id) return keptFault(message, index, made.proofs)
      return keptFault(message, index, index === start && request.thinking?.type === 'enabled' ? 'some' : 'none')
    })
  },
}

export const anthropicThinkingRules: readonly R[] = [supported, budget, combinations, signature, finalBlock, loopKeepsThinking]
