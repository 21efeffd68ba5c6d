/** The files that well-known programs are told to read or change by their words. */
import { pathOf, type ShellWord } from './shell-word.ts'

/** `below`: a folder whose files are meant, without their names. */
export type NamedPath = { readonly kind: 'read' | 'write'; readonly word: string | undefined; readonly below?: boolean }

/**
 * Which operands are paths of which kind, and which letters take a value of their own. `names`: what it reads is names and sizes, never
 * what is in a file. `deep`: the letters that make it go through folders; `*`, whatever the letters, and through the one where it
 * runs when none is named.
 */
type Operands = {
  readonly read?: 'all' | 'rest' | 'but-last'
  readonly write?: 'all' | 'rest' | 'last'
  readonly values?: string
  readonly names?: true
  readonly deep?: string
}

const READS: Operands = { read: 'all' }
const WRITES: Operands = { write: 'all' }

const OPERANDS: Readonly<Record<string, Operands>> = {
  base64: { read: 'all', values: 'w' },
  cat: READS,
  comm: READS,
  cut: { read: 'all', values: 'bcdf' },
  cmp: { read: 'all', values: 'in' },
  chgrp: { write: 'rest', deep: 'R' },
  chmod: { write: 'rest', deep: 'R' },
  chown: { write: 'rest', deep: 'R' },
  cp: { read: 'but-last', write: 'last', values: 'St', deep: 'rRa' },
  diff: { read: 'all', values: 'UCLIWxXFS', deep: 'r' },
  du: { read: 'all', values: 'dBt', names: true },
  file: READS,
  grep: { read: 'rest', values: 'mABCdD', deep: 'rR' },
  head: { read: 'all', values: 'nc' },
  hexdump: { read: 'all', values: 'enrs' },
  install: { read: 'but-last', write: 'last', values: 'mogSt' },
  less: READS,
  ln: { write: 'last', values: 'St' },
  ls: { read: 'all', values: 'ITw', names: true },
  md5sum: READS,
  mkdir: { write: 'all', values: 'm' },
  mkfifo: WRITES,
  more: READS,
  mv: { write: 'all', values: 'St' },
  nl: READS,
  od: { read: 'all', values: 'AjNtSw' },
  paste: { read: 'all', values: 'd' },
  rev: READS,
  rg: { read: 'rest', values: 'mABCgtTj', deep: '*' },
  rm: { write: 'all', deep: 'rR' },
  rmdir: WRITES,
  sha256sum: READS,
  shred: { write: 'all', values: 'ns' },
  stat: { read: 'all', values: 'cf', names: true },
  strings: { read: 'all', values: 'nte' },
  tac: READS,
  tail: { read: 'all', values: 'nc' },
  tee: WRITES,
  touch: { write: 'all', values: 'drt' },
  tree: { read: 'all', values: 'LIP', names: true },
  truncate: { write: 'all', values: 'sr' },
  uniq: { read: 'all', values: 'fsw' },
  unlink: WRITES,
  wc: READS,
  xxd: { read: 'all', values: 'clos' },
  zcat: READS,
}

export function touchedByWords(words: readonly ShellWord[]): readonly NamedPath[] {
  const name = words[0]?.value ?? ''
  if (name === 'find' || name === 'gfind') return foundBy(words)
  if (name === 'dd') return words.slice(1).flatMap(ddOperand)
  if (name === 'sed' || name === 'gsed') return editedBy(words)
  if (name === 'sort' || name === 'tree')
    return [...outputs(words), ...byTable(words, name === 'sort' ? { read: 'all', values: 'kStTo' } : OPERANDS.tree)]
  return byTable(words, Object.hasOwn(OPERANDS, name) ? OPERANDS[name] : undefined)
}

function byTable(words: readonly ShellWord[], known: Operands | undefined): readonly NamedPath[] {
  if (known === undefined) return []
  const paths = operandsOf(words, known.values ?? '')
  const part = (which: 'all' | 'rest' | 'but-last' | 'last'): readonly ShellWord[] =>
    which === 'all' ? paths : which === 'rest' ? paths.slice(1) : which === 'last' ? paths.slice(-1) : paths.slice(0, -1)
  const deep = goesDeep(words, known)
  const named = (kind: 'read' | 'write', found: readonly ShellWord[]): readonly NamedPath[] => {
    const within = kind === 'read' && known.names === true ? [] : found.filter((word) => deep || isPattern(word))
    return found.map((word) => ({ kind, word: placeOf(word), ...(within.includes(word) ? { below: true } : {}) }))
  }
  const reads = known.read === undefined ? [] : part(known.read)
  return [
    // Without a path it goes through the folder where it runs.
    ...(deep && known.read === 'rest' && reads.length === 0 ? [{ kind: 'read' as const, word: '.', below: true }] : []),
    ...named('read', reads),
    ...(known.write === undefined ? [] : named('write', part(known.write))),
    // `-t` and `--target-directory` name it before the rest.
    ...words.flatMap(({ prefix }) =>
      /^--target-directory=./.test(prefix) ? [{ kind: 'write' as const, word: prefix.slice(prefix.indexOf('=') + 1) }] : [],
    ),
  ]
}

function goesDeep(words: readonly ShellWord[], { deep }: Operands): boolean {
  if (deep === undefined || deep === '*') return deep === '*'
  return words.some(({ prefix }) =>
    prefix.startsWith('--')
      ? /^--(?:rec|der|arc|dir)/.test(prefix)
      : prefix.startsWith('-') && [...deep].some((letter) => prefix.includes(letter)),
  )
}

/** A word of which only running it tells which files of a folder it means. */
const isPattern = (word: ShellWord): boolean => pathOf(word) === undefined

/** The words that are neither options nor their values. */
function operandsOf(words: readonly ShellWord[], values: string): readonly ShellWord[] {
  const found: ShellWord[] = []
  for (let at = 1; at < words.length; at++) {
    const word = words[at]
    if (word === undefined) break
    if (word.value === '--') return [...found, ...words.slice(at + 1)]
    if (!word.prefix.startsWith('-') || word.value === '-') found.push(word)
    else if (/^-[A-Za-z]+$/.test(word.value ?? '') && values.includes(word.value?.at(-1) ?? '')) at++
  }
  return found.filter(({ value }) => value !== '-')
}

/** What is only known when it runs may still be known to lie below a folder; else it may be anywhere. */
function placeOf(word: ShellWord): string | undefined {
  const path = pathOf(word)
  if (path !== undefined) return path
  // A variable may hold anything, a list in braces too; a pattern stays in its folder.
  const folder = word.prefix.slice(0, word.prefix.lastIndexOf('/') + 1)
  if (/[$"`(<{]|\.\./.test(word.text)) return undefined
  return folder === '' ? '.' : folder
}

const named = (kind: 'read' | 'write', word: string | undefined): NamedPath => ({ kind, word })
const within = (word: ShellWord): { readonly below?: true } => (isPattern(word) ? { below: true } : {})
const reading = (word: ShellWord): NamedPath => ({ ...named('read', placeOf(word)), ...within(word) })
const writing = (word: ShellWord): NamedPath => ({ ...named('write', placeOf(word)), ...within(word) })

function ddOperand(word: ShellWord): readonly NamedPath[] {
  const [, key, rest] = /^(if|of)=([^]*)$/.exec(word.prefix) ?? []
  if (key === undefined) return []
  return [named(key === 'of' ? 'write' : 'read', word.value === undefined ? undefined : rest)]
}

const WRITES_BELOW = new Set(['-delete', '-fprint', '-fprint0', '-fprintf', '-fls'])

function foundBy(words: readonly ShellWord[]): readonly NamedPath[] {
  const rest = words.slice(1)
  const end = rest.findIndex(({ prefix }) => /^[-(!]/.test(prefix) && !/^-[HLP]$/.test(prefix))
  const roots = rest.slice(0, end < 0 ? undefined : end).filter(({ value }) => !/^-[HLP]$/.test(value ?? ''))
  const places = roots.length === 0 ? ['.'] : roots.map(placeOf)
  const deletes = rest.some(({ value }) => value === '-delete')
  const files = rest.flatMap(({ value }, index) =>
    value !== undefined && value !== '-delete' && WRITES_BELOW.has(value) ? (rest[index + 1] ?? []) : [],
  )
  return [
    ...places.map((word) => ({ kind: deletes ? ('write' as const) : ('read' as const), word, ...(deletes ? { below: true } : {}) })),
    ...files.map(writing),
  ]
}

function editedBy(words: readonly ShellWord[]): readonly NamedPath[] {
  const inPlace = words.some(({ prefix }) => /^(?:-[nrEsuz]*i|--in)/.test(prefix))
  const given = words.some(({ prefix }) => /^(?:-[nrEsuz]*[ef]|--ex|--fi)/.test(prefix))
  const operands = operandsOf(words, 'efl')
  return (given ? operands : operands.slice(1)).map(inPlace ? writing : reading)
}

function outputs(words: readonly ShellWord[]): readonly NamedPath[] {
  return words.flatMap((word, index) => {
    if (/^-[A-Za-z]*o$|^--output$/.test(word.value ?? '')) return words[index + 1] === undefined ? [] : writing(words[index + 1] ?? word)
    const attached = /^(?:-o|--output=)([^]+)$/.exec(word.value ?? '')?.[1]
    return attached === undefined ? [] : named('write', attached)
  })
}
