/** Reads what a hook answered. */
import { AgentError, type HookDecision, type HookEvent, isJsonObject, type Json, toMessage } from '@seamfold/core/kit'

const KEYS: Readonly<Record<HookDecision['decision'], readonly string[]>> = {
  continue: ['decision', 'input', 'prompt'],
  block: ['decision', 'reason'],
}

/** Whether something waits for what a hook says to it. */
export const isGate = ({ hook }: HookEvent): boolean => hook.startsWith('pre_')

/** The decision in a text; undefined for an empty one. Throws `contract_violation`, saying what `who` said instead. */
export function readDecision(text: string, who: string): HookDecision | undefined {
  if (text.trim() === '') return undefined
  let data: Json
  try {
    data = JSON.parse(text) as Json
  } catch (error) {
    throw garbled(who, text, `that is not JSON (${toMessage(error)})`)
  }
  const problem = problemOf(data)
  if (problem !== undefined) throw garbled(who, text, problem)
  return data as HookDecision // held to its shape just now
}

function problemOf(data: Json): string | undefined {
  if (!isJsonObject(data)) return 'that is not an object'
  const { decision, reason, prompt } = data
  if (decision !== 'continue' && decision !== 'block') return `its 'decision' is ${JSON.stringify(decision)}`
  const unknown = Object.keys(data).find((key) => !KEYS[decision].includes(key))
  if (unknown !== undefined) return `a decision to ${decision} has no '${unknown}', only ${KEYS[decision].join(', ')}`
  if (decision === 'block' && typeof reason !== 'string') return `its 'reason' is ${JSON.stringify(reason)}`
  if (prompt !== undefined && typeof prompt !== 'string') return `its 'prompt' is ${JSON.stringify(prompt)}`
  return undefined
}

const garbled = (who: string, text: string, problem: string): AgentError =>
  new AgentError(
    'contract_violation',
    `${who} answered ${excerpt(text)}, and ${problem}. Answer nothing, {"decision":"continue"} or {"decision":"block","reason":"…"}`,
  )

/** The beginning of a text on one line, for an error. */
export function excerpt(text: string, characters = 200): string {
  const line = JSON.stringify(text.trim().slice(0, characters + 1))
  return text.trim().length > characters ? `${line.slice(0, characters)}…` : line
}
