/** The files that git is told to read or change by its words. */
import { ANY_FILE, namedBy, type Program } from './program-words.ts'
import { isFile, type NamedPath, operandsOf, patternFolder, reading, writing } from './operands.ts'
import { certainWord, type ShellWord } from './shell-word.ts'

const SHOWS: Program = { writes: 'output', reads: 'contents' }
/** What it changes is said by a commit, not by its words. */
const FILLS: Program = { takes: 'maybe*', fills: '*', text: 'm s X b' }
const NOTES: Program = { reads: 'F file t template', text: 'm message C c author date', takes: 'maybe*' }

const CLONE: Program = {
  takes: 'maybe write',
  text: 'b branch o origin depth c config j jobs',
  reads: 'reference template',
  writes: 'separate-git-dir',
}

/** Not here: what takes files only behind two dashes, and what shows or changes the repository alone. */
const COMMANDS: Readonly<Record<string, Program>> = {
  add: { takes: 'maybe*', reads: 'pathspec-from-file' },
  am: { ...FILLS, takes: 'read*' },
  apply: { ...FILLS, takes: 'read*', shows: 'stat numstat summary check' },
  archive: { ...SHOWS, writes: 'o output', reads: 'add-file', text: 'format prefix remote' },
  blame: { ...SHOWS, reads: 'contents S' },
  bisect: FILLS,
  bundle: { takes: 'text maybe*' },
  'checkout-index': { ...FILLS, into: 'prefix' },
  'cherry-pick': FILLS,
  commit: NOTES,
  config: { reads: 'f file', writes: 'f file', takes: 'text*', text: 'type default' },
  'format-patch': { into: 'o output-directory', fills: '*', shows: 'stdout', writes: 'output', text: 'v N n' },
  'hash-object': { takes: 'read*', text: 't' },
  init: { takes: 'into', fills: '*', reads: 'template', writes: 'separate-git-dir', text: 'b initial-branch' },
  merge: FILLS,
  mv: { takes: 'moved* write', makes: 'copies' },
  notes: NOTES,
  pull: FILLS,
  'read-tree': FILLS,
  rebase: FILLS,
  revert: FILLS,
  'sparse-checkout': FILLS,
  submodule: FILLS,
  subtree: FILLS,
  tag: NOTES,
  worktree: { takes: 'text into maybe*' },
}
/** What their words name is a branch, a remote, a setting or a word of their own. */
const NO_FILES =
  /^(?:branch|describe|fetch|for-each-ref|gc|help|ls-remote|ls-tree|ls-files|merge-base|name-rev|push|reflog|remote|rev-list|rev-parse|shortlog|show-branch|show-ref|status|symbolic-ref|update-ref|var|version|cherry|check-ref-format|count-objects|fsck|range-diff|check-attr|check-ignore)$/
const SHOWING = /^(?:show|cat-file|diff|diff-files|diff-index|diff-tree|log|blame|annotate|archive|whatchanged)$/
const WITH_VALUE = /^(?:-C|-c|--git-dir|--work-tree|--namespace|--exec-path|--config-env|--attr-source|--super-prefix)$/

export function namedToGit(words: readonly ShellWord[]): readonly NamedPath[] {
  let at = 1
  let folder: string | undefined = ''
  let elsewhere = false
  for (; words[at]?.prefix.startsWith('-'); at++) {
    const value = words[at]?.value ?? ''
    if (/^--(?:work-tree|git-dir)/.test(value)) elsewhere = true
    if (WITH_VALUE.test(value)) at++
    if (value === '-C') folder = into(folder, words[at]?.value)
  }
  const found = namedTo(words.slice(at))
  if (elsewhere) return found.map((path) => ({ ...path, word: undefined, perhaps: true, kind: 'write' }))
  return folder === '' ? found : found.map((path) => ({ ...path, word: path.word === undefined ? undefined : into(folder, path.word) }))
}

function into(folder: string | undefined, next: string | undefined): string | undefined {
  if (next === undefined || folder === undefined) return undefined
  return next.startsWith('/') || folder === '' ? next : `${folder}/${next}`
}

const below = (path: NamedPath): NamedPath => ({ ...path, below: true })
const HERE: NamedPath = { kind: 'write', word: '.', below: true, top: true, makes: 'anything' }

/** A file, or a pattern of git's own, which may be relative to the top. */
function pathspec(word: ShellWord, kind: 'read' | 'write'): NamedPath {
  const { value = '' } = word
  if (value.startsWith(':')) return { ...HERE, kind }
  if (/[*?[\\]/.test(value)) return { kind, word: patternFolder(value) ?? '.', below: true }
  return below(kind === 'read' ? reading(word) : writing(word))
}

function namedTo(words: readonly ShellWord[]): readonly NamedPath[] {
  const [command, ...given] = words
  if (command === undefined) return []
  const name = command.value
  if (name === undefined) return [ANY_FILE]
  const dashes = given.findIndex(({ value }) => value === '--')
  const behind = dashes < 0 ? [] : given.slice(dashes + 1)
  if (name === 'grep') return searched(words, dashes < 0 ? undefined : behind)
  if (/^(?:checkout|switch|restore|clean|rm|reset|stash)$/.test(name))
    return [...changed(name, words, dashes < 0 ? undefined : behind), ...namedBy(words, { reads: 'pathspec-from-file' })]
  if (SHOWING.test(name)) return shown(name, words, dashes < 0 ? undefined : behind)
  if (name === 'clone') return cloned(words)
  // What it fills is the whole work tree, wherever in it git runs.
  if (Object.hasOwn(COMMANDS, name))
    return namedBy(words, COMMANDS[name] ?? {}).map((path) =>
      path.word === '.' && path.below === true ? { ...HERE, kind: path.kind } : path,
    )
  return namedBy(words, NO_FILES.test(name) ? {} : { takes: 'maybe*' })
}

/** Without a folder it is called as its origin is. */
function cloned(words: readonly ShellWord[]): readonly NamedPath[] {
  const [origin, folder] = operandsOf(words, 'bocj')
  const name = /([^/:]+?)(?:\/?\.git)?\/?$/.exec(origin?.value ?? '')?.[1]
  const own: readonly NamedPath[] = folder !== undefined ? [] : name === undefined ? [HERE] : [{ ...HERE, word: name }]
  return [...namedBy(words, { ...CLONE, makes: 'anything' }), ...own]
}

/** `grep` goes through whatever it is not kept from. */
function searched(words: readonly ShellWord[], behind: readonly ShellWord[] | undefined): readonly NamedPath[] {
  const GREP: Program = { takes: 'text*', text: 'e A B C m max-count max-depth threads O open-files-in-pager', reads: 'f', instead: 'e f' }
  const isGiven = words.some(({ prefix }) => /^-[a-zA-Z]*[ef]/.test(prefix) && !prefix.startsWith('--'))
  const paths = behind ?? operandsOf(words, 'eABCmfO').slice(isGiven ? 0 : 1)
  return [...(paths.length === 0 ? [certainWord('.')] : paths).map((word) => pathspec(word, 'read')), ...namedBy(words, GREP)]
}

function changed(name: string, words: readonly ShellWord[], behind: readonly ShellWord[] | undefined): readonly NamedPath[] {
  const has = (pattern: RegExp): boolean => words.some(({ prefix }) => pattern.test(prefix))
  const operands = operandsOf(words, name === 'restore' || name === 'clean' ? 'se' : name === 'checkout' || name === 'switch' ? 'bBcC' : '')
  if (name === 'reset') return has(/^--(?:h|mer|k)/) ? [HERE] : []
  if (name === 'stash') return /^(?:list|show|drop|clear|create|store|branch)$/.test(operands[0]?.value ?? '') ? [] : [HERE]
  if (name === 'checkout' || name === 'switch') {
    if (behind !== undefined) return behind.map((word) => pathspec(word, 'write'))
    // A branch or a path: whatever differs there.
    return operands.length === 0 && !has(/^-(?:[fpm]|-(?:fo|pa|me|pathspec))/) ? [] : [HERE]
  }
  const paths = behind ?? operands
  return paths.length === 0 ? (has(/^--pathspec/) || name === 'clean' ? [HERE] : []) : paths.map((word) => pathspec(word, 'write'))
}

/** `rev:path` is a file as it was. */
function shown(name: string, words: readonly ShellWord[], behind: readonly ShellWord[] | undefined): readonly NamedPath[] {
  const given = words.slice(1)
  const whole = /^(?:blame|annotate)$/.test(name) || given.some(({ value }) => value === '--no-index')
  const files = whole && behind === undefined ? operandsOf(words, 'LSGOU') : (behind ?? [])
  const earlier = given.flatMap(
    ({ value = '' }) =>
      /^[^-:][^:]*:([^:]+)$|^:(?:[0-3]:)?([^:/(!^]+)$/
        .exec(value)
        ?.slice(1)
        .flatMap((path) => path ?? []) ?? [],
  )
  return [...[...files.filter(isFile), ...earlier.map(certainWord)].map(reading), ...namedBy(words, COMMANDS[name] ?? SHOWS)]
}
