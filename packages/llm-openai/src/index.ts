/** The public door of @seamfold/llm-openai. */
export { openai } from './openai.ts'
export type { OpenAiMode, OpenAiOptions, OpenAiReasoning } from './options.ts'
export { nodeFetch, type NodeFetchOptions } from './node-fetch.ts'
export { knownModels as openaiModels } from './models.ts'
