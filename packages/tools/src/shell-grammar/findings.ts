/** What is found in a command line, and the places that commands of it may run in. */
import type { NamedPath } from './operands.ts'
import type { ShellWord } from './shell-word.ts'

/**
 * A file that is touched. `path` is undefined where it is only known when it runs. `from` are the directories, relative to the
 * workspace, that it may be relative to. `by` is the simple command whose words name it; a redirection has none.
 */
export type Touched = Omit<NamedPath, 'word' | 'top'> & {
  readonly path: string | undefined
  readonly from: Directories
  readonly by?: string
}

/** Where a command may run: paths relative to the workspace or absolute. Undefined: anywhere. */
export type Directories = readonly string[] | undefined

/** Where a command leaves the shell, when it succeeds and when it fails. */
export type After = { readonly ok: Directories; readonly bad: Directories }

const MOST_DIRECTORIES = 8

export const staying = (directories: Directories): After => ({ ok: directories, bad: directories })

export function either(a: Directories, b: Directories): Directories {
  if (a === undefined || b === undefined) return undefined
  const all = [...new Set([...a, ...b])]
  return all.length > MOST_DIRECTORIES ? undefined : all
}

export const whichever = ({ ok, bad }: After): Directories => (ok === bad ? ok : either(ok, bad))

/** Collects while a line is walked. */
export class Findings {
  readonly commands: (readonly ShellWord[])[] = []
  readonly touched: Touched[] = []
  readonly hosts: string[] = []
  /** Why it cannot be told what the line would do. */
  readonly undecided: Set<string> = new Set()
  /** What it defines as functions. */
  readonly functions: Set<string> = new Set()
  /** How often it changes the directory that it works in. */
  moves = 0
  /** A function changes it: from then on it may be any. */
  wanders = false
}
