/** `@seamfold/core/kit`: what an adapter author needs. The seams, the vocabulary, and the helpers that adapters share. */
export { AgentError, isAgentError, toMessage, type AgentErrorOptions, type ErrorCode } from './base/errors.ts'
export { codeForStatus, httpError, retryAfterMs, type HttpFailure } from './base/http-error.ts'
export { SseDecoder, type SseEvent } from './base/sse.ts'
export { systemHost, type Clock, type Host } from './base/host.ts'
export { canonicalJson, isJsonObject, type Json, type JsonObject, type JsonSchema } from './model/json.ts'
export {
  promptMessage,
  resultText,
  textOf,
  toolCallsOf,
  userText,
  type Block,
  type ImageBlock,
  type Message,
  type ModelOrigin,
  type Prompt,
  type ReasoningBlock,
  type TextBlock,
  type ToolResultBlock,
  type ToolResultContent,
  type ToolUseBlock,
} from './model/message.ts'
export { addUsage, costOf, noUsage, totalTokens, type Price, type Usage } from './model/usage.ts'
export { globMatcher } from './model/glob.ts'
export { patternMachine, type Accepts, type PatternMachine } from './base/pattern-machine.ts'
export { conflicts, describeAccess, type Access, type AccessKind, type Effect } from './model/access.ts'
export { failed, isToolResult, succeeded, toToolResult } from './model/tool.ts'
export type {
  FailedOptions,
  Parsed,
  ProbeAnswer,
  ProbeContext,
  Tool,
  ToolContext,
  ToolDefinition,
  ToolErrorKind,
  ToolResult,
} from './model/tool.ts'
export { jsonSchema, toSchema, type AnySchema, type Schema, type StandardSchema } from './model/schema.ts'
export { tool, type ToolOptions } from './model/define-tool.ts'
export type {
  AgentEvent,
  AgentEventType,
  Envelope,
  Fact,
  FactOf,
  FactType,
  LiveEvent,
  SnapshotBlock,
  WaitingFor,
  WaitingKind,
} from './model/event.ts'
export type { CallGates, CallReservation, HookVerdict, LanePlace } from './model/call-gates.ts'
export type { RequestNote } from './model/request-note.ts'
export {
  failedStep,
  parseStepOutcome,
  stepSessionId,
  type AgentStepSpec,
  type StepAuthority,
  type StepBudget,
  type StepOutcome,
  type StepStatus,
} from './model/step.ts'
export type { LlmClient, LlmDone, LlmEvent, LlmRequest, ModelInfo, ResponseMeta, StopReason, ToolChoice } from './ports/llm-client.ts'
export type { AppendOptions, Replacement, SessionStore, StoredRecord } from './ports/session-store.ts'
export type { AgentExecutor, ExecuteOptions } from './ports/agent-executor.ts'
export { hookNames } from './session/define-hooks.ts'
export type { HookDecision, HookEvent, HookExecutor, HookName } from './ports/hook-executor.ts'
export type {
  LaneAttempt,
  LaneCommand,
  LaneCompletion,
  LaneLimits,
  LaneQueue,
  LaneRetry,
  LaneRules,
  LaneStats,
  LaneTask,
  LaneWork,
  QueueStats,
} from './ports/lane-queue.ts'
export { laneOf, type DeadLetter, type LaneName } from './model/lane.ts'
export type { WatchOptions, WatchStore } from './ports/watch-store.ts'
export { wakeUps, type WakeUps } from './base/wake-ups.ts'
export type { BlobStore, SweepOptions } from './ports/blob-store.ts'
export type { BudgetDecision, BudgetGuard, BudgetThreshold, LlmAttempt, Spender, SpendingEnd, ToolAttempt } from './ports/budget-guard.ts'
export type { ResolveOptions, SecurityProvider, TextTap } from './ports/security-provider.ts'
export type { Lease, LeaseStore, TransferOptions } from './ports/lease-store.ts'
export { guardedExecutor } from './orchestration/guarded-executor.ts'
export { childSignal, orAborted, type ChildSignal } from './base/signals.ts'
