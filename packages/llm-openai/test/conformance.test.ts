/** The promises of `LlmClient`, kept in both modes against the simulator. */
import { llmClientSuite, runConformance } from '@seamfold/core/testing'
import { describe, test } from 'vitest'
import { nodeFetch } from '../src/index.ts'
import { type Stage, stage } from './stage.ts'

for (const mode of ['chat', 'responses'] as const) {
  runConformance(
    llmClientSuite,
    { name: `openai, ${mode}`, create: () => stage(mode), destroy: (staged) => (staged as Stage).close() },
    { describe, test },
  )
}

runConformance(
  llmClientSuite,
  { name: 'openai, chat, over node:http', create: () => stage('chat', nodeFetch()), destroy: (staged) => (staged as Stage).close() },
  { describe, test },
)
