/** The adapter keeps every promise of `LlmClient`, against the strict simulator. */
import { llmClientSuite, runConformance } from '@seamfold/core/testing'
import { describe, test } from 'vitest'
import { type Stage, stage } from './support/stage.ts'

runConformance(
  llmClientSuite,
  { name: 'anthropic', create: stage, destroy: (subject) => (subject as Stage).simulator.close() },
  { describe, test },
)
