/** All rules of the Messages API, in the order in which a request is judged. */
import type { AnthropicRequest } from '../wire/anthropic.ts'
import { anthropicImageRules } from './anthropic-images.ts'
import { anthropicLimitRules, anthropicSizeRules } from './anthropic-limits.ts'
import { anthropicMessageRules } from './anthropic-messages.ts'
import { anthropicPairingRules } from './anthropic-pairing.ts'
import { anthropicThinkingRules } from './anthropic-thinking.ts'
import { anthropicToolRules } from './anthropic-tools.ts'
import type { Rule } from './rule.ts'

export const anthropicRules: readonly Rule<AnthropicRequest>[] = [
  ...anthropicLimitRules,
  ...anthropicToolRules,
  ...anthropicMessageRules,
  ...anthropicPairingRules,
  ...anthropicThinkingRules,
  ...anthropicImageRules,
  ...anthropicSizeRules,
]
