/** All scenarios, from the simplest to the most real. */
import type { CrashScenario } from '@seamfold/core/testing/node'
import { approval } from './approval.ts'
import { coding } from './coding.ts'
import { cutStream } from './cut-stream.ts'
import { insideSqlite } from './inside-sqlite.ts'
import { largeOutput } from './large-output.ts'
import { leaseExpiry } from './lease-expiry.ts'
import { longHistory } from './long-history.ts'
import { mixedBatch } from './mixed-batch.ts'
import { nestedCalls } from './nested-calls.ts'
import { plainFiles } from './plain-files.ts'
import { singleTool } from './single-tool.ts'
import { subAgents } from './sub-agents.ts'

export const scenarios: readonly CrashScenario[] = [
  singleTool,
  mixedBatch,
  approval,
  nestedCalls,
  subAgents,
  longHistory,
  cutStream,
  coding,
  largeOutput,
  leaseExpiry,
  insideSqlite,
  plainFiles,
]
