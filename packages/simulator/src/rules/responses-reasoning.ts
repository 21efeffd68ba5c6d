/** Rules about Responses reasoning items: known or sealed, and never apart from what they led to. */
import { itemNotFound } from '../decode/responses-resolve.ts'
import { isMessage } from '../wire/responses.ts'
import type { ResolvedResponses, ResponsesItem, ResponsesReasoning } from '../wire/responses.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<ResolvedResponses>

const isReasoning = (item: ResponsesItem): item is ResponsesReasoning => item.type === 'reasoning'

const isOutput = (item: ResponsesItem | undefined): boolean =>
  item !== undefined && (item.type === 'function_call' || (isMessage(item) && item.role === 'assistant'))

const sealed: R = {
  id: 'responses.encrypted_content',
  check: ({ items }, { signer, model }) =>
    firstFault(items.filter(isReasoning), (item) => {
      const content = item.encrypted_content ?? undefined
      if (content === undefined || signer.open(model.id, content) !== undefined) return undefined
      return {
        message: `The encrypted content for item ${item.id ?? '(without id)'} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
        code: 'invalid_encrypted_content',
      }
    }),
}

const known: R = {
  id: 'responses.reasoning_known',
  check: ({ items, stored }, { responses }) =>
    firstFault(items.slice(stored).filter(isReasoning), (item): Fault | undefined => {
      if ((item.encrypted_content ?? undefined) !== undefined) return undefined
      return item.id !== undefined && responses.item(item.id) !== undefined ? undefined : itemNotFound(item.id ?? '')
    }),
}

const followed: R = {
  id: 'responses.reasoning_followed',
  check: ({ items }, { issued }) =>
    firstFault(items.entries(), ([index, item]) => {
      if (!isReasoning(item)) return undefined
      const next = items.slice(index + 1).find((other) => !isReasoning(other))
      const must = item.id === undefined ? undefined : issued.reasoningOf(item.id)?.proofs[0]
      const other = must !== undefined && typeof next?.id === 'string' && next.id !== must
      return isOutput(next) && !other
        ? undefined
        : { message: `Item '${item.id ?? ''}' of type 'reasoning' was provided without its required following item.`, param: 'input' }
    }),
}

const preceded: R = {
  id: 'responses.reasoning_required',
  check: ({ items }, { issued }) =>
    firstFault(items.entries(), ([index, item]) => {
      if (!isOutput(item) || typeof item.id !== 'string') return undefined
      const before = new Set(items.slice(0, index).map(({ id }) => id))
      const absent = issued.reasoningOf(item.id)?.proofs.find((id) => !before.has(id))
      return absent === undefined
        ? undefined
        : {
            message: `Item '${item.id}' of type '${item.type ?? 'message'}' was provided without its required 'reasoning' item: '${absent}'.`,
            param: 'input',
          }
    }),
}

export const responsesReasoningRules: readonly R[] = [sealed, known, followed, preceded]
