/** What the shell does itself, where that is more than running a program of this name. */
import { posix } from 'node:path'
import { type After, type Directories, staying } from './findings.ts'
import { unsure } from './launchers.ts'
import { itself } from './itself.ts'
import type { Launch, Run } from './running.ts'
import { pathOf, type ShellWord } from './shell-word.ts'
import { assignmentRisk, environmentRisk } from './variables.ts'
import { afterOptions } from './wrappers.ts'

const NAME = /^[A-Za-z_]\w*$/

const valuesOf = (words: readonly ShellWord[]): readonly string[] | undefined => {
  const values = words.flatMap(({ value }) => value ?? [])
  return values.length === words.length ? values : undefined
}

/** `cd` goes where its word says, or stays when it fails. */
const cd: Launch = (words, run) => {
  const { findings } = run.walker
  itself(words, run)
  findings.moves++
  const start = afterOptions(words, { flags: 'LPe@' })
  const target = typeof start === 'number' ? words[start] : undefined
  const path = target === undefined ? undefined : pathOf(target)
  const known = path !== undefined && path !== '-' && path !== '' && words[1] === target && !findings.wanders
  return { ok: known ? moved(run.directories, path) : undefined, bad: findings.wanders ? undefined : run.directories }
}

function moved(from: Directories, path: string): Directories {
  if (path.startsWith('/') || path.startsWith('~')) return [posix.normalize(path)]
  return from?.map((place) => posix.join(place, path))
}

const elsewhere: Launch = (words, run) => {
  itself(words, run)
  run.walker.findings.moves++
  return staying(undefined)
}

/** `eval` joins its words and reads them again. */
const evaluate: Launch = (words, run) => {
  const values = valuesOf(words.slice(words[1]?.value === '--' ? 2 : 1))
  if (values !== undefined) return run.walker.code(values.join(' '), run.directories, false)
  run.walker.undecided('what eval runs is only known when it runs')
  return staying(run.directories)
}

const command: Launch = (words, run) => {
  const start = afterOptions(words, { flags: 'p' })
  if (typeof start === 'number') return start < words.length ? run.walker.run(words.slice(start), run) : staying(run.directories)
  if (/^-[vV]+$/.test(words[1]?.value ?? '')) itself(words, run)
  else run.walker.undecided(start)
  return staying(run.directories)
}

const exec: Launch = (words, run) => {
  // With `-a` some programs take the name that they are given for the command that they are.
  const start = afterOptions(words, { flags: 'cl' })
  if (typeof start === 'string') run.walker.undecided(start)
  else if (start < words.length) run.walker.run(words.slice(start), run)
  return staying(run.directories)
}

/** What a trap does is done whenever its signal comes, `DEBUG` before each command: where that leaves the shell is not known from then on. */
const trap: Launch = (words, run) => {
  const { findings } = run.walker
  const { moves } = findings
  const [action, ...signals] = words.slice(words[1]?.value === '--' ? 2 : 1)
  if (action === undefined || /^-[lp]+$/.test(action.value ?? '')) itself(words, run)
  else if (action.value === undefined) run.walker.undecided('what it does on a signal is only known when it runs')
  else if (signals.length > 0 && action.value !== '-') run.walker.code(action.value, undefined, false)
  findings.wanders ||= findings.moves > moves
  return staying(findings.wanders ? undefined : run.directories)
}

/** A value in parentheses is read again as a list, substitutions and all, though it was quoted. */
const isListText = ({ value, prefix }: ShellWord, list: boolean): boolean =>
  value === undefined ? list && /^\w*(?:\+?=(?:\([^]*)?)?$/.test(prefix) : /^\w+\+?=\(/.test(value)

/** `declare`, `export` and their like: names, with or without values, of which some are for every later command. */
const declares =
  (risk: typeof assignmentRisk): Launch =>
  (words, run) => {
    let exported = risk
    let list = !/^(?:export|readonly)$/.test(words[0]?.value ?? '')
    for (const word of words.slice(1)) {
      if (/^[-+][aAfFgilprtux]*$/.test(word.value ?? '')) {
        if (/[xi]/.test(word.value ?? '')) exported = environmentRisk
        if (/[aA]/.test(word.value ?? '')) list = true
        if (word.value?.includes('i') === true) run.walker.undecided('it computes what its variables get, which may run commands')
        continue
      }
      if (isListText(word, list)) run.walker.undecided(`${words[0]?.text ?? ''} may read a value as a list, and run what stands in it`)
      const [, name, append, rest] = /^([A-Za-z_]\w*)(\+?=)?([^]*)$/.exec(word.prefix) ?? []
      const understood = name !== undefined && (append !== undefined || (word.value !== undefined && rest === ''))
      const why = understood ? exported(name, append === undefined ? undefined : word.value?.slice(name.length + append.length)) : undefined
      if (!understood || why !== undefined) run.walker.undecided(why ?? `which variable ${word.text} sets is only known when it runs`)
    }
    itself(words, run)
    return staying(run.directories)
  }

/** `read -aNAME`, `wait -pNAME`: the name stands with the letter. */
const ATTACHED = /^-[efnrs]*[ap](?=[A-Za-z_]\w*$)/

/** Commands that put what they get into variables: all words that may be names must be harmless ones. */
const reads: Launch = (words, run) => {
  for (const word of words.slice(1)) {
    if (word.value === undefined) run.walker.undecided('which variable it sets is only known when it runs')
    else if (/\[/.test(word.value)) run.walker.undecided('it sets an element whose number it computes')
    else if (NAME.test(word.value.replace(ATTACHED, ''))) {
      const why = assignmentRisk(word.value.replace(ATTACHED, ''), undefined)
      if (why !== undefined) run.walker.undecided(why)
    }
  }
  itself(words, run)
  return staying(run.directories)
}

const callback = (pattern: RegExp): Launch => {
  const runs = unsure('% may run code that it is given')
  return (words, run) =>
    words.slice(1).some(({ value, prefix }) => value === undefined || pattern.test(prefix)) ? runs(words, run) : reads(words, run)
}

/** `printf -v name` and `printf %n name`, or what may turn out to be one of them. */
function isVariable([, ...words]: readonly ShellWord[]): boolean {
  const [first, second] = words
  if (first === undefined) return false
  if (first.value === undefined && (first.splits || (second !== undefined && /^-?$/.test(first.prefix)))) return true
  const [format, ...rest] = first.value === '--' ? words.slice(1) : words
  const counts = format?.value === undefined || /%[^%A-Za-z]*[hlLjqtz]*n/.test(format.value.replaceAll('%%', ''))
  return first.prefix.startsWith('-v') || (counts && rest.length > 0)
}

/** `printf -v` and `test -v` compute the subscript of the name that they are given. */
const subscripts = (words: readonly ShellWord[], run: Run): After => {
  const [first] = words
  const risky = words.slice(1).find(({ value, prefix, splits }) => (value === undefined ? splits && prefix === '' : /^-[vR]/.test(value)))
  if (first?.value === 'printf' ? isVariable(words) : risky !== undefined) {
    run.walker.undecided(`${first?.text ?? ''} may compute with what is only known when it runs`)
  }
  itself(words, run)
  return staying(run.directories)
}

export const BUILTINS: Readonly<Record<string, Launch>> = {
  '.': unsure('% runs what a file holds'),
  '[': subscripts,
  alias: unsure('% changes what later commands mean'),
  bind: unsure('% runs code on keys'),
  cd,
  chdir: cd,
  command,
  compgen: unsure('% may run code that it is given'),
  complete: unsure('% may run code that it is given'),
  declare: declares(assignmentRisk),
  enable: unsure('% changes what later commands mean'),
  eval: evaluate,
  exec,
  export: declares(environmentRisk),
  fc: unsure('% runs earlier commands again'),
  getopts: reads,
  hash: unsure('% changes what later commands mean'),
  jobs: callback(/^-[^-]*x/),
  let: unsure('% computes, which may run commands'),
  local: declares(assignmentRisk),
  mapfile: callback(/^-[^-]*C/),
  popd: elsewhere,
  printf: subscripts,
  pushd: elsewhere,
  read: reads,
  readarray: callback(/^-[^-]*C/),
  readonly: declares(assignmentRisk),
  source: unsure('% runs what a file holds'),
  test: subscripts,
  trap,
  typeset: declares(assignmentRisk),
  unalias: unsure('% changes what later commands mean'),
  unset: reads,
  wait: reads,
}
