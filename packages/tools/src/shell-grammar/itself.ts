/** A command that is just this command: what it is called and touches, and whether it is told to run something else. */
import { escapeOf } from './escapes.ts'
import { isGit, whereGitRuns } from './git-directory.ts'
import { touchedByWords } from './named-paths.ts'
import type { Run } from './running.ts'
import { commandText, type ShellWord } from './shell-word.ts'

export function itself(words: readonly ShellWord[], { walker, directories }: Run): void {
  const listed = isGit(words) ? whereGitRuns(words, directories) : words
  walker.findings.commands.push(listed)
  const escape = escapeOf(words)
  if (escape !== undefined) walker.undecided(escape)
  const by = commandText(listed)
  for (const { word, top = false, ...named } of touchedByWords(words)) {
    const from = top && directories !== undefined ? [...new Set(['.', ...directories])] : directories
    walker.findings.touched.push({ ...named, path: word, from, by })
  }
}
