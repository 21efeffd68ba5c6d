/** The files that well-known programs are told to read or change by their words. */
import { namedToGit, namedToScript, namedToTar } from './named-by-programs.ts'
import { isFile, isPattern, named, type NamedPath, operandsOf, placeOf, reading, writing } from './operands.ts'
import type { ShellWord } from './shell-word.ts'

/**
 * Which operands are paths of which kind, and which letters take a value of their own. `names`: what it reads is names and sizes, never
 * what is in a file. `deep`: the letters that make it go through folders; `*`, whatever the letters, and through the one where it
 * runs when none is named.
 */
type Operands = {
  readonly read?: 'all' | 'first' | 'rest' | 'but-last'
  readonly write?: 'all' | 'first' | 'rest' | 'last'
  readonly values?: string
  readonly names?: true
  readonly deep?: string
}

const SLICES = { all: [0], first: [0, 1], rest: [1], 'but-last': [0, -1], last: [-1] } as const

const READS: Operands = { read: 'all' }
const WRITES: Operands = { write: 'all' }
/** Reads each and puts another one in its place. */
const REPLACES: Operands = { read: 'all', write: 'all', values: 'S' }
const PACKERS = /^(?:un)?(?:gzip|bzip2|xz|zstd)$|^(?:gunzip|bunzip2)$/
const SHOWS_ONLY = /^-[A-Za-z0-9]*[clt]|^--(?:stdout|to-stdout|list|test)$/

const OPERANDS: Readonly<Record<string, Operands>> = {
  '.': { read: 'first' },
  b2sum: READS,
  base32: { read: 'all', values: 'w' },
  base64: { read: 'all', values: 'w' },
  bat: READS,
  batcat: READS,
  bzcat: READS,
  cat: READS,
  cksum: READS,
  column: { read: 'all', values: 'csto' },
  comm: READS,
  cut: { read: 'all', values: 'bcdf' },
  cmp: { read: 'all', values: 'in' },
  chgrp: { write: 'rest', deep: 'R' },
  chmod: { write: 'rest', deep: 'R' },
  chown: { write: 'rest', deep: 'R' },
  cp: { read: 'but-last', write: 'last', values: 'St', deep: 'rRa' },
  diff: { read: 'all', values: 'UCLIWxXFS', deep: 'r' },
  du: { read: 'all', values: 'dBt', names: true },
  egrep: { read: 'rest', values: 'mABCdD', deep: 'rR' },
  expand: { read: 'all', values: 't' },
  fgrep: { read: 'rest', values: 'mABCdD', deep: 'rR' },
  file: READS,
  fmt: { read: 'all', values: 'wgp' },
  fold: { read: 'all', values: 'w' },
  grep: { read: 'rest', values: 'mABCdD', deep: 'rR' },
  head: { read: 'all', values: 'nc' },
  hexdump: { read: 'all', values: 'enrs' },
  install: { read: 'but-last', write: 'last', values: 'mogSt' },
  iconv: { read: 'all', values: 'fto' },
  join: { read: 'all', values: '12aejtov' },
  less: READS,
  ln: { read: 'but-last', write: 'last', values: 'St' },
  ls: { read: 'all', values: 'ITw', names: true },
  md5: READS,
  md5sum: READS,
  mkdir: { write: 'all', values: 'm' },
  mkfifo: WRITES,
  more: READS,
  mv: { read: 'but-last', write: 'all', values: 'St' },
  nl: READS,
  od: { read: 'all', values: 'AjNtSw' },
  paste: { read: 'all', values: 'd' },
  rev: READS,
  rg: { read: 'rest', values: 'mABCgtTj', deep: '*' },
  rm: { write: 'all', deep: 'rR' },
  rmdir: WRITES,
  sha1sum: READS,
  sha256sum: READS,
  sha512sum: READS,
  shasum: { read: 'all', values: 'a' },
  shred: { write: 'all', values: 'ns' },
  source: { read: 'first' },
  stat: { read: 'all', values: 'cf', names: true },
  strings: { read: 'all', values: 'nte' },
  tac: READS,
  sum: READS,
  tail: { read: 'all', values: 'nc' },
  tee: WRITES,
  touch: { write: 'all', values: 'drt' },
  tree: { read: 'all', values: 'LIP', names: true },
  tsort: READS,
  truncate: { write: 'all', values: 'sr' },
  unexpand: { read: 'all', values: 't' },
  uniq: { read: 'first', write: 'rest', values: 'fsw' },
  unlink: WRITES,
  wc: READS,
  xxd: { read: 'first', write: 'rest', values: 'clogs' },
  unzip: { read: 'first' },
  xzcat: READS,
  zcat: READS,
  zgrep: { read: 'rest', values: 'mABC' },
  zipinfo: { read: 'first' },
  pr: { read: 'all', values: 'hlowN' },
  ptx: { read: 'first', values: 'gwASFTio' },
  shuf: { read: 'all', values: 'ino' },
  split: { read: 'first', values: 'abClnt' },
  csplit: { read: 'first', values: 'fnb' },
  rsync: { read: 'but-last', write: 'last', values: 'ef', deep: 'ar' },
  scp: { read: 'but-last', write: 'last', values: 'cFiJloPS', deep: 'r' },
  sponge: WRITES,
  zip: { write: 'first', read: 'rest', values: 'x', deep: 'r' },
}

export function touchedByWords(words: readonly ShellWord[]): readonly NamedPath[] {
  const name = words[0]?.value ?? ''
  if (name === 'find' || name === 'gfind') return foundBy(words)
  if (name === 'dd') return words.slice(1).flatMap(ddOperand)
  if (name === 'sed' || name === 'gsed') return editedBy(words)
  if (name === 'git') return namedToGit(words)
  if (name === 'tar' || name === 'gtar' || name === 'bsdtar') return namedToTar(words)
  if (/^[gm]?awk$/.test(name)) return namedToScript(words, { values: 'Fvf', file: /^(?:-f|--file)$/ })
  if (name === 'jq') return namedToScript(words, { values: 'fL', file: /^(?:-f|--from-file|--rawfile|--slurpfile)$/ })
  if (name === 'sort' || name === 'tree')
    return [...outputs(words), ...byTable(words, name === 'sort' ? { read: 'all', values: 'kStTo' } : OPERANDS.tree)]
  if (PACKERS.test(name)) return byTable(words, words.some(({ prefix }) => SHOWS_ONLY.test(prefix)) ? READS : REPLACES)
  return byTable(words, Object.hasOwn(OPERANDS, name) ? OPERANDS[name] : undefined)
}

function byTable(words: readonly ShellWord[], given: Operands | undefined): readonly NamedPath[] {
  if (given === undefined) return []
  const targets = /^(?:cp|install|ln|mv)$/.test(words[0]?.value ?? '') ? targetsOf(words) : []
  const { write, ...others } = given
  const known: Operands = targets.length === 0 ? given : { ...others, read: 'all', ...(write === 'all' && { write }) }
  const paths = operandsOf(words, known.values ?? '')
  const part = (which: 'all' | 'first' | 'rest' | 'but-last' | 'last'): readonly ShellWord[] => paths.slice(...SLICES[which]).filter(isFile)
  const deep = goesDeep(words, known)
  const placed = (kind: 'read' | 'write', found: readonly ShellWord[]): readonly NamedPath[] => {
    const within = kind === 'read' && known.names === true ? [] : found.filter((word) => deep || isPattern(word))
    return found.map((word) => ({ kind, word: placeOf(word), ...(within.includes(word) ? { below: true } : {}) }))
  }
  const reads = known.read === undefined ? [] : part(known.read)
  return [
    // Without a path it goes through the folder where it runs.
    ...(deep && known.read === 'rest' && reads.length === 0 ? [{ kind: 'read' as const, word: '.', below: true }] : []),
    ...placed('read', reads),
    ...(known.write === undefined ? [] : placed('write', part(known.write))),
    ...targets,
  ]
}

/** `-t` and `--target-directory` name it before the rest. */
const targetsOf = (words: readonly ShellWord[]): readonly NamedPath[] =>
  words.flatMap((word, index) => {
    const next = words[index + 1]
    if (/^(?:-[A-Za-z]*t|--target-directory)$/.test(word.value ?? '')) return next === undefined ? [] : writing(next)
    const attached = /^(?:-[A-SU-Za-su-z]*t|--target-directory=)(?=[^=])/.exec(word.prefix)?.[0]
    return attached === undefined ? [] : named('write', word.value?.slice(attached.length))
  })

function goesDeep(words: readonly ShellWord[], { deep }: Operands): boolean {
  if (deep === undefined || deep === '*') return deep === '*'
  return words.some(({ prefix }) =>
    prefix.startsWith('--')
      ? /^--(?:rec|der|arc|dir)/.test(prefix)
      : prefix.startsWith('-') && [...deep].some((letter) => prefix.includes(letter)),
  )
}

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
  const operands = operandsOf(words, 'efl').filter(isFile)
  return (given ? operands : operands.slice(1)).map(inPlace ? writing : reading)
}

function outputs(words: readonly ShellWord[]): readonly NamedPath[] {
  return words.flatMap((word, index) => {
    if (/^-[A-Za-z]*o$|^--output$/.test(word.value ?? '')) return words[index + 1] === undefined ? [] : writing(words[index + 1] ?? word)
    const attached = /^(?:-o|--output=)([^]+)$/.exec(word.value ?? '')?.[1]
    return attached === undefined ? [] : named('write', attached)
  })
}
