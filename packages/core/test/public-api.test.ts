/** What others build on, frozen: names, codes, formats, order, defaults. A change here is a change for users. */
import { describe, expect, test } from 'vitest'
import * as core from '../src/index.ts'
import * as kit from '../src/kit.ts'
import * as testing from '../src/testing.ts'
import * as testingNode from '../src/testing-node.ts'
import { FACT_KINDS } from '../src/journal/fact-types.ts'
import { STACK_ORDER } from '../src/middleware/default-stack.ts'

describe('the doors', () => {
  test('of core export these values', () => {
    expect(Object.keys(core).toSorted()).toEqual([
      'AgentError',
      'AgentRegistry',
      'InMemoryRunStore',
      'MODES',
      'SubagentTracker',
      'Workflow',
      'WorkflowBudget',
      'alwaysRules',
      'answerKey',
      'askUser',
      'askWhenUnknown',
      'askerOf',
      'budgetLedger',
      'budgetRoots',
      'checkRules',
      'checkRuns',
      'completeExternal',
      'costOf',
      'createAgent',
      'dailyLedger',
      'dataProtection',
      'defineMiddleware',
      'defineWorkflow',
      'deleteSession',
      'diffSessions',
      'environmentSecrets',
      'executeLoop',
      'executePipeline',
      'executeStepsParallel',
      'executeStepsParallelResumable',
      'exportSession',
      'externalTool',
      'failed',
      'foldFact',
      'foldRun',
      'foldSession',
      'forkSession',
      'forksOf',
      'guardedBudget',
      'guardedExecutor',
      'hooks',
      'importSession',
      'isAgentError',
      'isPermissionMode',
      'jsonSchema',
      'judgeCall',
      'knownSecrets',
      'laneQueue',
      'memoryLeases',
      'memoryStore',
      'openSession',
      'orderedParallel',
      'policy',
      'publicEvents',
      'questionOf',
      'readBudget',
      'readOnlyPolicy',
      'recordedCalls',
      'recordedFacts',
      'recordedRequests',
      'redactFacts',
      'redriveLetter',
      'replayPolicy',
      'requestNotes',
      'resultOf',
      'rewindSession',
      'runLedgers',
      'sentRequest',
      'sessionLink',
      'sessionTree',
      'stepTool',
      'storeBlobs',
      'storedSessions',
      'storedWorkflows',
      'stricterMode',
      'stricterPolicy',
      'subagentTasks',
      'succeeded',
      'sweepBlobs',
      'systemHost',
      'taskTool',
      'teamExecutor',
      'textOf',
      'toEventStream',
      'tool',
      'toolCallsOf',
      'totalTokens',
      'unfinishedRuns',
      'userText',
      'verifySession',
      'watchedStore',
      'workflowRecords',
    ])
  })

  test('of kit and testing hold what adapters are written and proved with', () => {
    expect(Object.keys(kit)).toEqual(
      expect.arrayContaining([
        'AgentError',
        'SseDecoder',
        'httpError',
        'retryAfterMs',
        'failedStep',
        'parseStepOutcome',
        'tool',
        'jsonSchema',
      ]),
    )
    expect(Object.keys(testing)).toEqual(
      expect.arrayContaining([
        'runConformance',
        'runCard',
        'sessionStoreSuite',
        'llmClientSuite',
        'agentExecutorSuite',
        'hookExecutorSuite',
        'budgetGuardSuite',
        'scriptedLlm',
        'manualHost',
        'crashingStore',
      ]),
    )
    expect(Object.keys(testingNode).toSorted()).toEqual(['crashMatrix', 'formatMatrices', 'runCrashChild'])
  })
})

test('every fact has its version, and all but two are critical', () => {
  expect(Object.fromEntries(Object.entries(FACT_KINDS).map(([type, { version }]) => [type, version]))).toEqual({
    session_created: 1,
    session_forked: 1,
    session_rewound: 1,
    session_claimed: 1,
    session_released: 1,
    agent_start: 1,
    run_prepared: 1,
    history_edited: 1,
    turn_start: 1,
    turn_end: 1,
    tool_execution_start: 2,
    tool_end: 1,
    permission_denied: 1,
    command_dead_lettered: 1,
    confirmation_required: 1,
    confirmation_received: 1,
    confirmation_timeout: 1,
    user_question: 1,
    external_task_pending: 1,
    external_task_completed: 1,
    message_injected: 1,
    cancel_requested: 1,
    inbox_skipped: 1,
    subagent_start: 1,
    subagent_end: 1,
    run_suspended: 1,
    agent_end: 1,
    error: 1,
    run_cancelled: 1,
  })
  expect(Object.entries(FACT_KINDS).flatMap(([type, { critical }]) => (critical ? [] : [type]))).toEqual([
    'permission_denied',
    'command_dead_lettered',
  ])
})

test('the concerns stand in this order', () => {
  expect(STACK_ORDER).toEqual([
    'turn-limit',
    'malformed-guard',
    'duplicate-guard',
    'background-tasks',
    'structured-output',
    'secret-arguments',
    'hooks',
    'permissions',
    'output-limit',
    'tool-timeout',
    'sub-agents',
    'asking-tools',
    'turn-time',
    'model-retry',
    'run-budget',
    'budget-guard',
    'model-hooks',
    'lanes',
    'secrets',
    'model-timeout',
  ])
})

test('only failures that may pass are retryable', () => {
  const codes = [
    'timeout',
    'llm_unavailable',
    'llm_rate_limited',
    'store_conflict',
    'store_unavailable',
    'llm_rejected',
    'session_busy',
    'internal',
  ] as const
  expect(codes.filter((code) => new core.AgentError(code, 'x').retryable)).toEqual([
    'timeout',
    'llm_unavailable',
    'llm_rate_limited',
    'store_conflict',
    'store_unavailable',
  ])
})
