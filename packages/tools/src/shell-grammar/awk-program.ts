/** Reads a program of awk far enough to know that it has no files of its own. */

/** Whether it neither writes, nor runs, nor reads but what it is given. */
export function isQuietAwk(program: string): boolean {
  if (/system|getline|close|fflush|@|\|(?!\|)(?<!\|\|)/.test(program)) return false
  const writes = program.indexOf('>')
  // To compare is no redirection, which only stands behind what is printed.
  return writes < 0 || !/print/.test(program.slice(0, program.lastIndexOf('>')))
}
