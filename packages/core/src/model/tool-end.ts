/** A tool call's result as the fact that records it, and back. */
import { present } from '../base/present.ts'
import type { FactOf } from './event.ts'
import { failed, succeeded, type ToolResult } from './tool.ts'

/** Which call it is; `argsDigest` is kept for nested calls, which are answered from here when they are made again. */
export type EndedCall = { readonly callId: string; readonly id: string; readonly name: string; readonly argsDigest?: string }

export function toolEnd(call: EndedCall, { content, isError, exitCode, errorKind, metadata, untrusted }: ToolResult): FactOf<'tool_end'> {
  return {
    type: 'tool_end',
    ...call,
    output: content,
    isError,
    ...present({ exitCode, errorKind, metadata, untrusted }),
  }
}

/** The result that a `tool_end` tells of. */
export function resultFromFact({ output, isError, errorKind, exitCode, metadata, untrusted }: FactOf<'tool_end'>): ToolResult {
  const result = isError ? failed(output, present({ kind: errorKind })) : succeeded(output)
  return Object.assign(result, present({ exitCode, metadata, untrusted }))
}
