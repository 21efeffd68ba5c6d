/** The testing door of @seamfold/core. */
export {}
