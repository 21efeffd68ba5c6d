/** Writes a path so that it is one line of a listing. */

/** What ends a line or steers a terminal; and a quote at the front, so that what is quoted is told from what has one in its name. */
const UNSHOWN = /^"|[\p{Cc}\p{Zl}\p{Zp}]/u

/** As it is, or as JSON where it would be more than one line. */
export const shownPath = (path: string): string =>
  UNSHOWN.test(path) ? JSON.stringify(path).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, escaped) : path

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
