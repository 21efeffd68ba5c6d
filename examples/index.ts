/** A place for small programs that show one thing each. */
export {}
