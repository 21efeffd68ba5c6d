/** All rules of the Responses API, in the order in which a request is judged. */
import type { ResolvedResponses } from '../wire/responses.ts'
import { responsesItemRules } from './responses-items.ts'
import { responsesLimitRules, responsesSizeRules } from './responses-limits.ts'
import { responsesPairingRules } from './responses-pairing.ts'
import { responsesReasoningRules } from './responses-reasoning.ts'
import { responsesToolRules } from './responses-tools.ts'
import type { Rule } from './rule.ts'

export const responsesRules: readonly Rule<ResolvedResponses>[] = [
  ...responsesLimitRules,
  ...responsesToolRules,
  ...responsesItemRules,
  ...responsesReasoningRules,
  ...responsesPairingRules,
  ...responsesSizeRules,
]
