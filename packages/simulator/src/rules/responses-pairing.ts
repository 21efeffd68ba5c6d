/** Rules that pair each Responses function call with its output. */
import type { ResolvedResponses } from '../wire/responses.ts'
import { firstFault } from './rule.ts'
import type { Rule } from './rule.ts'

type R = Rule<ResolvedResponses>

const callIds = ({ items }: ResolvedResponses, type: 'function_call' | 'function_call_output'): readonly string[] =>
  items.flatMap((item) => (item.type === type ? [item.call_id] : []))

const twiceIn = (ids: readonly string[]): string | undefined => ids.find((id, index) => ids.indexOf(id) !== index)

const uniqueCalls: R = {
  id: 'responses.call_id_unique',
  check(resolved) {
    const twice = twiceIn(callIds(resolved, 'function_call'))
    return twice === undefined ? undefined : { message: `Duplicate function call found with call_id ${twice}.`, param: 'input' }
  },
}

const once: R = {
  id: 'responses.output_once',
  check(resolved) {
    const twice = twiceIn(callIds(resolved, 'function_call_output'))
    return twice === undefined ? undefined : { message: `Duplicate tool output found for function call ${twice}.`, param: 'input' }
  },
}

const orphans: R = {
  id: 'responses.output_orphan',
  check({ items }) {
    const seen = new Set<string>()
    return firstFault(items, (item) => {
      if (item.type === 'function_call') seen.add(item.call_id)
      return item.type === 'function_call_output' && !seen.has(item.call_id)
        ? { message: `No tool call found for function call output with call_id ${item.call_id}.`, param: 'input' }
        : undefined
    })
  },
}

const answered: R = {
  id: 'responses.call_answered',
  check(resolved) {
    const outputs = new Set(callIds(resolved, 'function_call_output'))
    const open = callIds(resolved, 'function_call').find((id) => !outputs.has(id))
    return open === undefined ? undefined : { message: `No tool output found for function call ${open}.`, param: 'input' }
  },
}

export const responsesPairingRules: readonly R[] = [uniqueCalls, once, orphans, answered]
