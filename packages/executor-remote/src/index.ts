/** The public door of @seamfold/executor-remote. */
export {}
