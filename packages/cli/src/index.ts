/** The public door of @seamfold/cli. */
export {}
