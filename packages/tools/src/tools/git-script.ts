/** One git command as a line for a POSIX shell; a reading one runs no program that any configuration names. */
import type { GitCommand } from './git-command.ts'

/** Neither pager nor colours, for every command. */
const PLAIN = ['git', '--no-pager', '-c', 'color.ui=false', '-c', 'core.quotePath=false'] as const

/**
 * No locks, and none of the programs under names that are known: the monitor of files, hooks, the check of signatures. What looks like
 * a repository without being in a `.git` was perhaps written by the model, with its configuration, and is no repository.
 */
const READING = [
  ...PLAIN,
  '--no-optional-locks',
  '-c',
  'core.fsmonitor=',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'log.showSignature=false',
  '-c',
  'safe.bareRepository=explicit',
] as const

/** Nothing is fetched: transports are programs too. Older versions of git know the first of the two only. */
const OFFLINE = 'export GIT_ALLOW_PROTOCOL= GIT_NO_LAZY_FETCH=1'

/**
 * Filters and hooks have names of their own: they are looked up, then each is overridden. `=` ends a name on the command line, so a
 * name with `=` cannot be, and nothing is run.
 */
const overriding = (program: string): string => `set --
while IFS= read -r key; do
  case $key in
    *=*) echo "git was not run: the configuration names a program at $key, and for this name that cannot be switched off. Rename it, or run git with bash"; exit 128 ;;
    filter.*.required) set -- "$@" -c "$key=false" ;;
    filter.*) set -- "$@" -c "$key=" ;;
    hook.*) set -- "$@" -c "$key=:" ;;
  esac
done <<END
$(${program} config --name-only --get-regexp '^(filter\\..*\\.(clean|smudge|process|required)|hook\\..*\\.command)$')
END`

/** The line to run. */
export function gitScript({ words, changes, isQuiet = false }: GitCommand): string {
  if (changes) return `${PLAIN.join(' ')} ${quoted(words)}`
  const program = READING.join(' ')
  return `${OFFLINE}\n${overriding(program)}\nexec ${program} "$@" ${quoted(words)}${isQuiet ? ' 2>/dev/null' : ''}`
}

/** Words for a POSIX shell. */
export const quoted = (words: readonly string[]): string =>
  words.map((word) => (/^[A-Za-z0-9_./:@%+,=~^-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
