/** `@seamfold/core/testing`: what proves an adapter. Suites, the means to run them, and stores that break on purpose. */
export { runConformance, type Candidate, type Case, type Suite, type TestRunner } from './testing/conformance.ts'
export { formatCards, runCard, type Card, type CardOptions, type CaseResult, type CaseStatus } from './testing/conformance-card.ts'
export { llmClientSuite } from './testing/llm-client-suite.ts'
export { llmClientMutants, type LlmClientMutant } from './testing/llm-client-mutants.ts'
export { llmScenes, type LlmClientSubject, type LlmCounts, type LlmScene } from './testing/llm-scene.ts'
