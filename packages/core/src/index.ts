/** `@seamfold/core`: agents to use. Adapter authors take `@seamfold/core/kit`, tests take `@seamfold/core/testing`. */
export { createAgent } from './session/agent.ts'
export { openSession, storedSessions, unfinishedRuns } from './session/view.ts'
export type { ViewOptions } from './session/view.ts'
export { type DeleteOptions, deleteSession } from './session/delete-session.ts'
export { verifySession, type Verification } from './session/verify.ts'
export { forkSession, type ForkSessionOptions, type GivenResult } from './session/fork-session.ts'
export { rewindSession, type RewindSessionOptions } from './session/rewind-session.ts'
export { diffSessions, type Branch, type SessionDiff } from './session/diff-sessions.ts'
export { askerOf, type Asker } from './session/asker-of.ts'
export { forksOf, sessionLink, sessionTree, type SessionLink } from './session/session-tree.ts'
export { exportSession, type ExportOptions } from './session/export-session.ts'
export { importSession, type ImportedSession, type ImportOptions } from './session/import-session.ts'
export { sweepBlobs, type SweepBlobsOptions } from './session/sweep-blobs.ts'
export { recordedFacts } from './session/recorded-facts.ts'
export { recordedRequests, type RecordedRequest } from './session/recorded-requests.ts'
export { sentRequest, type SentRequest } from './session/sent-request.ts'
export { requestNotes } from './session/request-notes.ts'
export { redactFacts, type RedactedFact, type RedactOptions } from './session/redact-facts.ts'
export { checkRuns, type RunChange, type RunCheck, type RunProblem } from './session/check-runs.ts'
export { judgeCall, type JudgedCall, type JudgeOptions } from './session/judge-call.ts'
export { recordedCalls, replayPolicy, type RecordedCall, type ReplayedCall, type ReplayOptions } from './session/replay-policy.ts'
export { publicEvents } from './session/public-events.ts'
export { toEventStream, type EventStreamOptions } from './session/event-stream.ts'
export { dataProtection, type DataProtection } from './protection/data-protection.ts'
export { environmentSecrets, knownSecrets, type KnownSecretsOptions, type SecretResolver } from './protection/known-secrets.ts'
export { hooks } from './session/define-hooks.ts'
export { InMemoryRunStore } from './session/run-store.ts'
export { memoryStore } from './stores/memory-store.ts'
export { watchedStore } from './stores/watched-store.ts'
export { memoryLeases } from './stores/memory-leases.ts'
export { redriveLetter, type RedriveOptions } from './session/redrive-letter.ts'
export { laneQueue } from './lanes/lane-queue.ts'
export type { LaneQueueOptions } from './lanes/rules.ts'
export { storeBlobs } from './stores/store-blobs.ts'
export { tool, type ToolOptions } from './model/define-tool.ts'
export { jsonSchema, type AnySchema, type Schema, type StandardSchema } from './model/schema.ts'
export { policy, type Explanation, type Policy, type PolicyOptions } from './model/policy.ts'
export { checkRules, type PlacedRule, type RuleFinding } from './model/check-rules.ts'
export { isPermissionMode, MODES, stricterMode, type Mode, type PermissionMode } from './model/permission-modes.ts'
export { defineMiddleware, resultOf } from './loop/middleware.ts'
export { failed, succeeded } from './model/tool.ts'
export { AgentError, isAgentError, type ErrorCode } from './base/errors.ts'
export { systemHost, type Clock, type Host } from './base/host.ts'
export { foldFact, foldSession } from './model/fold-session.ts'
export { foldRun } from './model/fold-run.ts'
export { costOf, totalTokens, type Price, type Usage } from './model/usage.ts'
export { textOf, toolCallsOf, userText } from './model/message.ts'
export { orderedParallel } from './base/ordered-parallel.ts'
export { guardedExecutor } from './orchestration/guarded-executor.ts'
export { executeLoop, executePipeline, executeStepsParallel, type LoopOptions, type PipelineOptions } from './orchestration/combinators.ts'
export { executeStepsParallelResumable, type ResumableOptions } from './orchestration/resumable.ts'
export { Workflow, type CallOptions } from './orchestration/workflow.ts'
export type { BudgetedRun, BudgetGrants, SharedBudget } from './session/shared-budget.ts'
export { budgetLedger, guardedBudget, type BudgetLedger, type GuardedBudgetOptions } from './session/budget-ledger.ts'
export { dailyLedger, type DailyLedger, type DailyLedgerOptions } from './session/daily-ledger.ts'
export { runLedgers, type RunLedgersOptions } from './session/run-ledgers.ts'
export { budgetRoots, readBudget } from './orchestration/read-ledger.ts'
export type { LedgerOptions } from './orchestration/ledger-options.ts'
export type { LedgerIncident, LedgerSnapshot } from './orchestration/ledger-state.ts'
export type { BudgetLimits, Spending } from './model/spending.ts'
export { storedWorkflows, workflowRecords, type StoredWorkflowRecord } from './orchestration/stored-workflows.ts'
export type { WorkflowRecord } from './orchestration/workflow-record.ts'
export { WorkflowBudget, type BudgetSnapshot, type WorkflowBudgetOptions } from './orchestration/workflow-budget.ts'
export {
  defineWorkflow,
  type RunWorkflowOptions,
  type WorkflowBody,
  type WorkflowDefinition,
  type WorkflowResult,
} from './orchestration/define-workflow.ts'
export { stepTool, type StepTask, type StepToolOptions } from './subagents/step-tool.ts'
export { taskTool } from './subagents/task-tool.ts'
export { teamExecutor } from './subagents/team-executor.ts'
export type { TaskToolOptions } from './subagents/team.ts'
export { AgentRegistry } from './subagents/agent-registry.ts'
export type { AgentDefinition, ConfirmationInheritance, WorkerAgentSpec, WorkerKind } from './subagents/definition.ts'
export { readOnlyPolicy } from './subagents/read-only-policy.ts'
export { stricterPolicy } from './model/stricter-policy.ts'
export { SubagentTracker, type SubagentProgress, type SubagentStatus, type SubagentTask } from './subagents/tracker.ts'
export { subagentTasks } from './subagents/subagent-tasks.ts'
export { alwaysRules, type AlwaysRules } from './people/always-rules.ts'
export { answerKey } from './people/answer-key.ts'
export { askWhenUnknown } from './people/ask-when-unknown.ts'
export { askUser, questionOf, type AskUserOptions, type Question, type QuestionOption } from './people/ask-user.ts'
export {
  completeExternal,
  externalTool,
  type ExternalOutcome,
  type ExternalTask,
  type ExternalToolOptions,
} from './people/external-tool.ts'
export type { AnswerKey } from './model/waiting.ts'
export type {
  ConfirmTimeout,
  Decision,
  Judgement,
  PermissionPolicy,
  PolicyData,
  PolicyLayer,
  Rule,
  RuleLayer,
  RuleMatch,
  RuleOrigin,
  ToolRequest,
} from './model/permission-policy.ts'
export type { BindableTool } from './session/bindable-tool.ts'
export type {
  NextRound,
  OnChanged,
  PipelineStage,
  StageError,
  StepListener,
  StepOptions,
  StepRetry,
  WorkflowEvent,
  WorkflowListener,
  WorkflowOptions,
  WorkflowStep,
} from './orchestration/workflow-types.ts'
export type {
  Agent,
  AgentOptions,
  AgentProfile,
  Answer,
  Budget,
  CompletedRun,
  ForkOptions,
  Confirm,
  ReadOptions,
  ResumeOptions,
  RewindOptions,
  RetryOptions,
  Run,
  RunResult,
  SendOptions,
  Session,
  SessionView,
  Timeouts,
} from './session/types.ts'
export type { UnfinishedOptions, UnfinishedRun } from './session/unfinished.ts'
export type {
  ActiveToolSnapshot,
  RunEventRecord,
  RunHandle,
  RunRecord,
  RunSnapshot,
  RunStatus,
  RunStoreOptions,
} from './session/run-store.ts'
export type {
  Middleware,
  ModelCall,
  ModelStream,
  RunContext,
  RunDraft,
  Stages,
  ToolInvocation,
  ToolOutcome,
  TurnDraft,
  TurnReport,
  Verdict,
} from './loop/middleware.ts'
export type {
  AgentEvent,
  AgentEventType,
  DecidingRule,
  Envelope,
  Fact,
  FactOf,
  FactType,
  LiveEvent,
  SnapshotBlock,
  WaitingFor,
} from './model/event.ts'
export type { CallGates, CallReservation, HookVerdict, LanePlace } from './model/call-gates.ts'
export type { RequestNote } from './model/request-note.ts'
export type { CallState, RunPhase, RunState, SessionState, StoredFact } from './model/session-state.ts'
export type { Json, JsonObject, JsonSchema } from './model/json.ts'
export type { Block, ImageBlock, Message, Prompt, TextBlock, ToolUseBlock } from './model/message.ts'
export type { DeadLetter, LaneName } from './model/lane.ts'
export type { Access, AccessKind, Effect } from './model/access.ts'
export type { Tool, ToolContext, ToolDefinition, ToolErrorKind, ToolResult } from './model/tool.ts'
export type { AgentStepSpec, StepAnswer, StepAuthority, StepBudget, StepOutcome, StepStatus } from './model/step.ts'
