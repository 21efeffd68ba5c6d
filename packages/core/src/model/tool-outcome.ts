/** What passing the gate came to for one call: a result, or a wait. */
import type { WaitingFor } from './event.ts'
import type { ToolResult } from './tool.ts'

/** What a call came to: a result, or a wait for somebody who is not here. A wait is never recorded as a result. */
export type ToolOutcome =
  | { readonly type: 'result'; readonly result: ToolResult }
  | { readonly type: 'suspended'; readonly waitingFor: readonly WaitingFor[] }

export const resultOf = (result: ToolResult): ToolOutcome => ({ type: 'result', result })
