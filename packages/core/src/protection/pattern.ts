/** What a scanner looks for. */

/** Where a secret stands: from, to (exclusive). `more`: only what follows can tell. */
export type Finding = { readonly from: number; readonly to: number } | 'more' | undefined

export interface Pattern {
  /** Stands in the replacement. */
  readonly name: string
  /** Texts of at least three characters: every occurrence begins with one of them. */
  readonly seeds: readonly string[]
  /** Looks at a place where a seed may stand. `isWhole`: nothing follows the text. */
  at(text: string, start: number, isWhole: boolean): Finding
}

export const placeholder = (name: string): string => `[redacted:${name}]`

const PLACEHOLDER = /\[redacted:[\w.-]{1,64}\]/

/** Whether something was taken out of a text. */
export const hasPlaceholder = (text: string): boolean => PLACEHOLDER.test(text)
