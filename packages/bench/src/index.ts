/** Measures the runtime. */
export {}
