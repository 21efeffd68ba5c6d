/** What edited arguments touch, looked up as they are written. */
import { admit } from '../loop/admission.ts'
import type { AnswerDecision, WaitingFor } from '../model/event.ts'
import type { Tool } from '../model/tool.ts'

/** The answer with what its arguments touch, where the tool is known and takes them. */
export async function lookedUp(answer: AnswerDecision, { toolName }: WaitingFor, tools: readonly Tool[] = []): Promise<AnswerDecision> {
  if (answer?.decision !== 'approve' || answer.input === undefined || answer.accesses) return answer
  const tool = tools.find(({ definition }) => definition.name === toolName)
  const admitted = tool && (await admit(tool, answer.input, new AbortController().signal))
  return admitted?.ok ? { ...answer, accesses: admitted.accesses } : answer
}
