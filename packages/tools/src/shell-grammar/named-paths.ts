/** The files that well-known programs are told to read or change by their words. */
import { pathOf, type ShellWord } from './shell-word.ts'

export type NamedPath = { readonly kind: 'read' | 'write'; readonly word: string | undefined }

/** Which operands are paths of which kind, and which letters and long names take a value of their own. */
type Operands = { readonly read?: 'all' | 'rest' | 'but-last'; readonly write?: 'all' | 'rest' | 'last'; readonly values?: string }

const READS: Operands = { read: 'all' }
const WRITES: Operands = { write: 'all' }

const OPERANDS: Readonly<Record<string, Operands>> = {
  cat: READS,
  cmp: { read: 'all', values: 'in' },
  chgrp: { write: 'rest' },
  chmod: { write: 'rest' },
  chown: { write: 'rest' },
  cp: { read: 'but-last', write: 'last', values: 'St' },
  diff: { read: 'all', values: 'UCLIWxXFS' },
  du: { read: 'all', values: 'dBt' },
  file: READS,
  grep: { read: 'rest', values: 'mABCdD' },
  head: { read: 'all', values: 'nc' },
  install: { read: 'but-last', write: 'last', values: 'mogSt' },
  less: READS,
  ln: { write: 'last', values: 'St' },
  ls: { read: 'all', values: 'ITw' },
  md5sum: READS,
  mkdir: { write: 'all', values: 'm' },
  mkfifo: WRITES,
  more: READS,
  mv: { write: 'all', values: 'St' },
  nl: READS,
  rg: { read: 'rest', values: 'mABCgtTj' },
  rm: WRITES,
  rmdir: WRITES,
  sha256sum: READS,
  shred: { write: 'all', values: 'ns' },
  stat: { read: 'all', values: 'cf' },
  tac: READS,
  tail: { read: 'all', values: 'nc' },
  tee: WRITES,
  touch: { write: 'all', values: 'drt' },
  tree: { read: 'all', values: 'LIP' },
  truncate: { write: 'all', values: 'sr' },
  unlink: WRITES,
  wc: READS,
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
  return [
    ...(known.read === undefined ? [] : part(known.read).map(reading)),
    ...(known.write === undefined ? [] : part(known.write).map(writing)),
    // `-t` and `--target-directory` name it before the rest.
    ...words.flatMap(({ prefix }) => (/^--target-directory=./.test(prefix) ? [named('write', prefix.slice(prefix.indexOf('=') + 1))] : [])),
  ]
}

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
const reading = (word: ShellWord): NamedPath => named('read', placeOf(word))
const writing = (word: ShellWord): NamedPath => named('write', placeOf(word))

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
  return [...places.map((place) => named(deletes ? 'write' : 'read', place)), ...files.map(writing)]
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
