/** What a rule is: a name, and a function that says what is wrong with a request. */
import type { Signer } from '../base/signer.ts'
import type { ModelProfile } from '../model/model.ts'
import type { IssuedLedger } from '../server/issued.ts'
import type { ResponseStore } from '../server/response-store.ts'

/** What is wrong; what is left out is the provider's usual for an invalid request. */
export type Fault = {
  readonly message: string
  /** Default: 400. */
  readonly status?: number
  /** Default: `invalid_request_error`. */
  readonly type?: string
  /** OpenAI only. Default: null. */
  readonly param?: string
  /** OpenAI only. Default: null. */
  readonly code?: string
}

export type RuleContext = {
  readonly model: ModelProfile
  readonly signer: Signer
  readonly issued: IssuedLedger
  readonly responses: ResponseStore
  /** Estimated tokens of the whole prompt. */
  readonly promptTokens: number
}

export interface Rule<Request> {
  /** Stable name, `<api>.<what>`. */
  readonly id: string
  check(request: Request, context: RuleContext): Fault | undefined
}

/** A fault together with the rule that found it. */
export type Refusal = Fault & { readonly rule: string }

/** The first refusal, in the order of the list. */
export function firstRefusal<Request>(rules: readonly Rule<Request>[], request: Request, context: RuleContext): Refusal | undefined {
  for (const rule of rules) {
    const fault = rule.check(request, context)
    if (fault !== undefined) return { ...fault, rule: rule.id }
  }
  return undefined
}

/** The first fault that a check finds in a list of items. */
export function firstFault<Item>(items: Iterable<Item>, check: (item: Item) => Fault | undefined): Fault | undefined {
  for (const item of items) {
    const fault = check(item)
    if (fault !== undefined) return fault
  }
  return undefined
}
