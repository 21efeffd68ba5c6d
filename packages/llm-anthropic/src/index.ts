/** The public door of @seamfold/llm-anthropic. */
export {}
