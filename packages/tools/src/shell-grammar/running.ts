/** What the parts that know single commands are given, so that they can hand on the commands within. */
import type { Redirection } from 'unbash'
import type { After, Directories, Findings } from './findings.ts'
import type { ShellWord } from './shell-word.ts'

/** One simple command: where it runs, and the last redirection of it, which may be its input. */
export type Run = { readonly walker: CommandWalker; readonly directories: Directories; readonly input?: Redirection | undefined }

export type Launch = (words: readonly ShellWord[], run: Run) => After

export interface CommandWalker {
  readonly findings: Findings
  undecided(why: string): void
  /** A command that another one runs. */
  run(words: readonly ShellWord[], run: Run): After
  /** Code that a command hands to a shell; `anyShell` when that may be another one than bash. */
  code(source: string, directories: Directories, anyShell: boolean): After
}
