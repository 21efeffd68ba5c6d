/** The public door of @seamfold/store-sqlite. */
export {}
