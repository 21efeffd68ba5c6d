/** git obeys the configuration of the directory that it runs in: another one than the workspace is part of the command. */
import type { Directories } from './findings.ts'
import { ANY_WORD, certainWord, type ShellWord } from './shell-word.ts'

export const isGit = ([first]: readonly ShellWord[]): boolean => first?.value === 'git'

/** `cd vendor && git log` runs `git -C vendor log`. */
export function whereGitRuns(words: readonly ShellWord[], directories: Directories): readonly ShellWord[] {
  if (directories?.length === 1 && directories[0] === '.') return words
  const [only, ...others] = directories ?? []
  const place = only === undefined || others.length > 0 ? ANY_WORD : certainWord(only)
  return [certainWord('git'), certainWord('-C'), place, ...words.slice(1)]
}
