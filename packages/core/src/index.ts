/** The public door of @seamfold/core. */
export {}
