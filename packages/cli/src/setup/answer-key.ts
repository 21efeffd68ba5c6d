/** The key that answers are signed with: whoever starts the agent and whoever answers have the same secret in the environment. */
import { type AnswerKey, answerKey } from '@seamfold/core'

export const ANSWER_KEY_VARIABLE = 'SEAMFOLD_ANSWER_KEY'

/** Undefined without the variable: then whoever can write the journal may answer. Throws `invalid_argument` for a short secret. */
export function configuredAnswerKey(environment: NodeJS.ProcessEnv): AnswerKey | undefined {
  const secret = environment[ANSWER_KEY_VARIABLE]
  return secret === undefined || secret === '' ? undefined : answerKey(secret)
}
