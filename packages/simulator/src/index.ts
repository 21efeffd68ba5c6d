/** The public door of @seamfold/simulator. */
export {}
