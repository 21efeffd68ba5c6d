/** A change of the sources in one place, which a test of a law must notice. */

export type Mutant = {
  /** The test that must fail: its title, or how it begins. */
  readonly kills: string
  readonly file: string
  /** Occurs once in the file. */
  readonly from: string
  readonly to: string
}
