/** `@seamfold/core/testing`: what proves an adapter. Suites, the means to run them, and stores that break on purpose. */
export { runConformance, type Candidate, type Case, type Suite, type TestRunner } from './testing/conformance.ts'
export { formatCards, runCard, type Card, type CardOptions, type CaseResult, type CaseStatus } from './testing/conformance-card.ts'
