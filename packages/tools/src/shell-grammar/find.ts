/** `find`: itself, and every command that it runs on what it finds. */
import { type After, staying } from './findings.ts'
import { itself } from './itself.ts'
import type { Run } from './running.ts'
import { ANY_WORDS, type ShellWord, withMark } from './shell-word.ts'

const RUNS = new Set(['-exec', '-execdir', '-ok', '-okdir'])

export function find(words: readonly ShellWord[], run: Run): After {
  itself(words, run)
  for (let at = 1; at < words.length; at++) {
    const word = words[at]
    if (word?.value === undefined) {
      if (word?.splits === true && (word.prefix === '' || word.prefix.startsWith('-')) && !word.text.startsWith('*')) {
        run.walker.undecided(`whether ${word.text} tells find to run something is only known when it runs`)
      }
      continue
    }
    if (!RUNS.has(word.value)) continue
    const end = endOf(words, at + 1)
    if (end === undefined) {
      run.walker.undecided('the command that find runs has no end')
      break
    }
    const command = words
      .slice(at + 1, end)
      .map((each) => (each.value === '{}' && words[end]?.value === '+' ? ANY_WORDS : withMark(each, '{}')))
    run.walker.run(command, { ...run, ...(word.value.endsWith('dir') ? { directories: undefined } : {}) })
    at = end
  }
  return staying(run.directories)
}

/** At `;`, or at `+` behind `{}`. */
function endOf(words: readonly ShellWord[], from: number): number | undefined {
  for (let at = from; at < words.length; at++) {
    const value = words[at]?.value
    if (value === ';' || (value === '+' && words[at - 1]?.value === '{}')) return at
  }
  return undefined
}
