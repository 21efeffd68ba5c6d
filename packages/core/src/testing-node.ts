/** The testing/node door of @seamfold/core. */
export {}
