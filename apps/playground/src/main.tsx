/** Starts the playground. */
export {}
