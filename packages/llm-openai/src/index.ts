/** The public door of @seamfold/llm-openai. */
export {}
