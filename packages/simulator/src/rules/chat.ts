/** All rules of Chat Completions, in the order in which a request is judged. */
import type { ChatRequest } from '../wire/chat.ts'
import { chatLimitRules, chatSizeRules } from './chat-limits.ts'
import { chatMessageRules } from './chat-messages.ts'
import { chatPairingRules } from './chat-pairing.ts'
import { chatToolRules } from './chat-tools.ts'
import type { Rule } from './rule.ts'

export const chatRules: readonly Rule<ChatRequest>[] = [
  ...chatLimitRules,
  ...chatToolRules,
  ...chatMessageRules,
  ...chatPairingRules,
  ...chatSizeRules,
]
