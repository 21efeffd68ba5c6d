/** Judges a call without making it: what an agent's gate would say of it. */
import { admit } from '../loop/admission.ts'
import type { Json } from '../model/json.ts'
import { resultText } from '../model/message.ts'
import type { Judgement, PermissionPolicy, ToolRequest } from '../model/permission-policy.ts'
import type { Tool } from '../model/tool.ts'

export type JudgeOptions = {
  readonly policy: PermissionPolicy
  /** Whose call it would be. Default: nobody's. */
  readonly session?: ToolRequest['session']
  readonly signal?: AbortSignal
}

/** `request` is what the policy was asked; `problem` says why the call would be refused before anybody judges it. */
export type JudgedCall =
  | { readonly ok: true; readonly request: ToolRequest; readonly judgement: Judgement }
  | { readonly ok: false; readonly problem: string }

/**
 * Nothing is run, and no journal is written; what the call would touch is looked up as it is for a real one. For hosts that call a tool
 * themselves, and for whoever asks why. Throws the signal's reason.
 */
export async function judgeCall(tool: Tool, args: Json, { policy, session, signal }: JudgeOptions): Promise<JudgedCall> {
  const admission = await admit(tool, args, signal ?? new AbortController().signal)
  if (!admission.ok) return { ok: false, problem: resultText(admission.result.content) }
  const { input, accesses } = admission
  const request: ToolRequest = { tool: tool.definition.name, accesses, effect: tool.effect(input), args, ...(session && { session }) }
  return { ok: true, request, judgement: policy.judge(request) }
}
