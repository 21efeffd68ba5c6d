/** Which commands of git only read. What a repository's own configuration makes git do is trusted as the repository is. */
import type { ShellWord } from '../shell-grammar/shell-word.ts'
import { anything, certain, exactly, mayBeOption, options, type Reader, subcommands, without } from './reader.ts'

const DIFFERENCES: Reader = without({ long: ['output', 'ext-diff', 'show-signature'] })

/** To check a signature git runs another program. */
const checksSignatures = (words: readonly ShellWord[]): boolean =>
  words.some(({ value, prefix }) => (value === undefined ? /^--(?:format|pretty)=/.test(prefix) : /%G|%\(\w*signature/.test(value)))

/** `git log --help` is `git help log`, which may open a page in a browser. */
const asksForHelp = (words: readonly ShellWord[]): boolean => words.some(({ value }) => value === '--help')

/** Options that make `branch` and `tag` list, so that their operands are patterns. */
const LISTS = /^--(?:list|contains|no-contains|merged|no-merged|points-at)(?:=|$)/
const BRANCH =
  /^(?:-[arvi]+|--(?:all|remotes|verbose|ignore-case|show-current|no-color|no-column|color|column)|--(?:sort|format|color|column)=.*)$/
const TAG = /^(?:-l|-n\d*|-i|--(?:ignore-case|no-color|no-column)|--(?:sort|format|color|column)=.*)$/

const listing =
  (allowed: RegExp, short: RegExp): Reader =>
  ([, ...words]) => {
    const values = certain(words)
    if (values === undefined) return false
    const lists = values.some((value) => LISTS.test(value) || short.test(value))
    return values.every((value) => (value.startsWith('-') ? LISTS.test(value) || allowed.test(value) : lists))
  }

const CONFIG =
  /^(?:-l|-z|--(?:list|null|global|local|system|worktree|show-origin|show-scope|name-only|includes|no-includes|get|get-all|get-regexp|type=\w+|bool|int|path))$/

/** What it is told to do in newer versions of git. */
const CONFIG_CHANGES = /^(?:set|unset|edit|rename-section|remove-section)$/

/** One name is read, which ends it: whatever comes behind would be its new value, an option too. */
const config: Reader = ([, ...words]) => {
  const values = certain(words)
  if (values === undefined) return false
  const given = values.at(-1)?.startsWith('-') === false ? values.slice(0, -1) : values
  return given.every((value) => CONFIG.test(value)) && !CONFIG_CHANGES.test(values.at(-1) ?? '')
}

const reflog: Reader = (words) => {
  const changes = words.some(({ value }) => /^(?:expire|delete|drop|write)$/.test(value ?? ''))
  return !changes && (words.length === 1 || /^(?:show|HEAD|-.*)$/.test(words[1]?.value ?? '')) && DIFFERENCES(words)
}

const READS: Readonly<Record<string, Reader>> = {
  '--version': (words) => words.length === 1,
  annotate: DIFFERENCES,
  blame: DIFFERENCES,
  branch: listing(BRANCH, /^$/),
  'cat-file': without({ long: ['textconv', 'filters'] }),
  'check-attr': without({}),
  'check-ignore': without({}),
  cherry: without({}),
  config,
  'count-objects': without({}),
  describe: without({}),
  diff: DIFFERENCES,
  'diff-files': DIFFERENCES,
  'diff-index': DIFFERENCES,
  'diff-tree': DIFFERENCES,
  'for-each-ref': without({}),
  grep: without({ short: 'O', long: ['open-files-in-pager', 'textconv'] }),
  log: DIFFERENCES,
  'ls-files': without({}),
  'ls-tree': without({}),
  'merge-base': without({}),
  'name-rev': without({}),
  notes: exactly('list', 'show'),
  'range-diff': DIFFERENCES,
  reflog,
  remote: (words) => exactly('', '-v', '--verbose', 'show')(words) || subcommands({ 'get-url': options(/^--(?:all|push)$/, 1) })(words),
  'rev-list': DIFFERENCES,
  'rev-parse': without({}),
  shortlog: DIFFERENCES,
  show: DIFFERENCES,
  'show-branch': without({}),
  'show-ref': without({}),
  stash: subcommands({ list: DIFFERENCES, show: DIFFERENCES }),
  status: without({}),
  tag: listing(TAG, /^-l$/),
  var: options(/^-l$/, 1),
  version: anything,
  whatchanged: DIFFERENCES,
  worktree: subcommands({ list: options(/^(?:-v|-z|--porcelain|--verbose)$/, 0) }),
}

const BEFORE = /^(?:--no-pager|-P|--no-optional-locks|--literal-pathspecs|--no-replace-objects)$/

/** In another directory (`-C`) another configuration holds: that is not known to only read. */
export const readsGit: Reader = (words) => {
  let at = 1
  for (; at < words.length; at++) {
    const { value } = words[at] ?? {}
    if (value === '-c' && isHarmless(words[at + 1])) at++
    else if (value === undefined || !BEFORE.test(value)) break
  }
  const rest = words.slice(at - 1)
  return subcommands(READS)(rest) && !checksSignatures(rest) && !asksForHelp(rest)
}

const isHarmless = (setting: ShellWord | undefined): boolean =>
  setting !== undefined &&
  !mayBeOption(setting) &&
  /^(?:color\.\w+=\w+|core\.quotepath=\w+|core\.(?:pager|fsmonitor)=(?:cat|false)?|pager\.\w+=(?:cat|false)|log\.(?!showsignature)\w+=[\w-]+|diff\.renames=\w+)$/i.test(
    setting.value ?? '',
  )
