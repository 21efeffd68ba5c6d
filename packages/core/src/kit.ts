/** The kit door of @seamfold/core. */
export {}
