/** The public door of @seamfold/llm-anthropic. */
export { anthropic } from './anthropic.ts'
export type { AnthropicOptions, Effort, Thinking } from './options.ts'
export { knownModels as anthropicModels } from './models.ts'
