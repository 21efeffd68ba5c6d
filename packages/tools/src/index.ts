/** The public door of @seamfold/tools. */
export {}
