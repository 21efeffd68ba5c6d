/** The files that programs with a language of their own are told to read or change: awk, sed, jq, find, tar, ln. */
import { posix } from 'node:path'
import { isQuietAwk } from './awk-program.ts'
import { type NamedPath, operandsOf, placeOf, writing } from './operands.ts'
import { ALL_LEVELS, ANY_FILE, namedBy, type Program } from './program-words.ts'
import { readSedScript, sedScripts } from './sed-script.ts'
import { certainWord, type ShellWord } from './shell-word.ts'

const AWK: Program = {
  stops: true,
  takes: 'text read*',
  text: 'F field-separator v assign W',
  code: 'f file e source E exec i include l load o pretty-print d dump-variables p profile',
  reads: 'f file',
  instead: 'f file e source E exec',
}

export function namedToAwk(words: readonly ShellWord[]): readonly NamedPath[] {
  const isQuiet = words.slice(1).every(({ value, prefix }) => isQuietAwk(prefix) && (value === undefined || !/ARG[VC]/.test(value)))
  const file = words.some(({ prefix }) => /^-(?:f|-file)/.test(prefix))
  return [...namedBy(words, AWK), ...(isQuiet && !file ? [] : [ANY_FILE])]
}

const SED: Program = {
  takes: 'text read*',
  text: 'e expression l line-length',
  reads: 'f file',
  instead: 'e expression f file',
  changes: 'i in-place',
}

/** Its script has files of its own: those that `r` and `w` name. */
export function namedToSed(words: readonly ShellWord[]): readonly NamedPath[] {
  const scripts = words.some(({ prefix }) => /^-(?:[nrEsuz]*f|-fi)/.test(prefix)) ? undefined : sedScripts(words)?.map(readSedScript)
  const files = scripts?.flatMap((script) => script?.files ?? [])
  const isKnown = scripts?.every((script) => script !== undefined) === true
  return [...namedBy(words, SED), ...(files ?? []), ...(isKnown ? [] : [ANY_FILE])]
}

const JQ: Program = {
  takes: 'text read*',
  text: 'indent',
  reads: 'f from-file slurpfile rawfile argfile',
  maybe: 'L library-path',
  instead: 'f from-file',
}

/** Some of its options take two words, of which the second may be a file. */
export function namedToJq(words: readonly ShellWord[]): readonly NamedPath[] {
  const given: ShellWord[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? certainWord('')
    const option = /^--(arg|argjson|argfile|slurpfile|rawfile)$/.exec(word.value ?? '')?.[1]
    if (option === undefined) given.push(word)
    else {
      const file = words[at + 2]
      if (!/^arg(?:json)?$/.test(option) && file !== undefined) given.push(word, file)
      at += 2
    }
  }
  const takesModules = words.some(({ value }) => /\b(?:import|include)\b/.test(value ?? ''))
  return [...namedBy(given, JQ), ...(takesModules ? [ANY_FILE] : [])]
}

const WRITES_BELOW = new Set(['-fprint', '-fprint0', '-fprintf', '-fls'])

export function namedToFind(words: readonly ShellWord[]): readonly NamedPath[] {
  const rest = words.slice(1)
  const end = rest.findIndex(({ prefix }) => /^[-(!]/.test(prefix) && !/^-[HLP]$/.test(prefix))
  const roots = rest.slice(0, end < 0 ? undefined : end).filter(({ value }) => !/^-[HLP]$/.test(value ?? ''))
  const places = roots.length === 0 ? ['.'] : roots.map(placeOf)
  const follows = rest.some(({ value }) => value === '-L' || value === '-follow')
  const deletes = rest.some(({ value }) => value === '-delete')
  const files = rest.flatMap(({ value = '' }, index) => (WRITES_BELOW.has(value) ? (rest[index + 1] ?? []) : []))
  const listed = rest.some(({ prefix }) => prefix.startsWith('-files0-from'))
  return [
    ...places.map((word): NamedPath =>
      deletes ? { kind: 'write', word, below: true, ...(follows && { levels: ALL_LEVELS }) } : { kind: 'read', word },
    ),
    ...files.map(writing),
    ...(listed ? [ANY_FILE] : []),
  ]
}

const LINK: Program = { takes: 'linked* write', text: 'S suffix', target: 't target-directory' }

/** What is reached through a link may be read and changed, also in the same line. A link may speak of its target from where it lies. */
export function namedToLink(words: readonly ShellWord[]): readonly NamedPath[] {
  const all = operandsOf(words, 'St')
  // One alone is linked into where it runs.
  const found = namedBy(words, all.length === 1 ? { ...LINK, takes: 'linked' } : LINK)
  const operands = all.flatMap(({ value }) => value ?? [])
  const named = found.find(({ word, kind }) => kind === 'write' && word !== undefined && !operands.includes(word))?.word
  const [targets, last] = named === undefined ? [operands.slice(0, -1), operands.at(-1)] : [operands, named]
  const away = targets.filter((target) => !target.startsWith('/'))
  const folders = last === undefined ? [] : [posix.dirname(last), last].filter((folder) => folder !== '.')
  const seen = away.flatMap((target) => folders.map((folder) => `${folder}/${target}`))
  return [...found, ...seen.map((word): NamedPath => ({ kind: 'write', word, perhaps: true, below: true }))]
}

const PATCH: Program = {
  takes: 'both read',
  text: 'p strip B prefix Y basename-prefix z suffix D ifdef F fuzz V version-control g get',
  reads: 'i input',
  writes: 'o output r reject-file',
  into: 'd directory',
}

/** Without a file of its own it changes those that the patch names. */
export const namedToPatch = (words: readonly ShellWord[]): readonly NamedPath[] =>
  namedBy(words, operandsOf(words, 'pBYzDFVgiord').length > 0 ? PATCH : { ...PATCH, fills: '*' })

const TAR: Program = {
  text: 'b blocking-factor H format K L tape-length N newer V label exclude owner group mode mtime strip-components',
  maybe: 'X exclude-from I use-compress-program F',
  code: 'transform xform T files-from',
}
const TAR_MAKES: Program = {
  ...TAR,
  takes: 'read*',
  deep: '*',
  follows: 'h dereference',
  writes: 'f file g listed-incremental index-file',
  code: 'transform xform T files-from',
  maybe: 'X exclude-from C directory',
}
const TAR_TAKES: Program = {
  ...TAR,
  makes: 'anything',
  reads: 'f file T files-from',
  writes: 'g listed-incremental index-file',
  into: 'C directory one-top-level',
  fills: '*',
  shows: 'O to-stdout t list',
}

/** What goes into an archive, and what comes out of it. */
export function namedToTar(given: readonly ShellWord[]): readonly NamedPath[] {
  const words = withDashes(given)
  const mode = (letters: RegExp, names: RegExp): boolean =>
    words.some(({ prefix }, at) => (at > 0 && letters.test(prefix)) || names.test(prefix))
  if (mode(/^-[A-Za-z]*[cruA]/, /^--(?:cre|app|upd|cat|del)/)) return made(words)
  const takes = mode(/^-[A-Za-z]*x/, /^--(?:ext|get)/)
  const out = mode(/^-[A-Za-z]*P/, /^--abs/) ? [ANY_FILE] : []
  return [...namedBy(words, takes ? TAR_TAKES : { ...TAR_TAKES, fills: '' }), ...out]
}

/** Behind `-C` members lie in that folder. */
function made(words: readonly ShellWord[]): readonly NamedPath[] {
  const folders = words.flatMap(({ prefix, value }, at) => {
    if (/^(?:-[A-Za-z]*C|--dir[a-z]*)$/.test(value ?? '')) return words[at + 1] ?? []
    const attached = /^(?:-[A-BD-Za-z]*C|--dir[a-z]*=)/.exec(prefix)?.[0]
    return attached === undefined ? [] : certainWord(value?.slice(attached.length) ?? '/')
  })
  const found = namedBy(words, TAR_MAKES)
  const elsewhere = folders.flatMap(({ value }) =>
    found.map((path) => (path.kind !== 'read' || path.word?.startsWith('/') === true ? path : { ...path, word: joined(value, path.word) })),
  )
  return [...found, ...elsewhere]
}

const joined = (folder: string | undefined, word: string | undefined): string | undefined =>
  folder === undefined || word === undefined ? undefined : `${folder}/${word}`

/** `tar xfC a d` is `tar -x -f a -C d`. */
function withDashes(words: readonly ShellWord[]): readonly ShellWord[] {
  const [program, mode, ...rest] = words
  if (program === undefined || mode?.value === undefined || !/^[A-Za-z]+$/.test(mode.value)) return words
  const left = [...rest]
  const options = [...mode.value].flatMap((letter) => {
    const value = 'fbCTXgHIKLNVF'.includes(letter) ? left.shift() : undefined
    return [certainWord(`-${letter}`), ...(value === undefined ? [] : [value])]
  })
  return [program, ...options, ...left]
}
