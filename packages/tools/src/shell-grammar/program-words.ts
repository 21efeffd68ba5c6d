/** Reads the words of a program, by what is known of them, as files that it reads or changes. */
import { isFile, maybePaths, type NamedPath, placeOf, within } from './operands.ts'
import type { ShellWord } from './shell-word.ts'

/**
 * What a word is: a file that is `moved` or `linked` and has another name then, `maybe` a path, `into` a folder in which files come to be,
 * `code` that may touch any file, a `tree` or `folder` whose files are read as well, some of them or any, a `verb` that says what is done.
 */
type Role = 'text' | 'verb' | 'read' | 'write' | 'both' | 'moved' | 'linked' | 'tree' | 'folder' | 'maybe' | 'into' | 'code'

/**
 * What the words of a program name. Options stand by letter and by long name, with one space between them; a long name may be given cut
 * short. What stands in none of the lists takes no value of its own.
 */
export type Program = {
  /** The operands in their order, as roles; one with a star stands for as many as there are. Default: `text*`. */
  readonly takes?: string
  /** Options by what their value is. */
  readonly text?: string
  readonly reads?: string
  readonly writes?: string
  readonly maybe?: string
  readonly into?: string
  readonly code?: string
  /** Options that stand in place of the last operand. */
  readonly target?: string
  /** With fewer operands than this, or where one of them is its input, and no code, it runs what it reads from there. */
  readonly listens?: number
  /** Options beside `version` and `help` with which it does not listen. */
  readonly tells?: string
  /** Options that stand in place of the first operand. */
  readonly instead?: string
  /** Options with which it changes what it would read, and those with which it reads what it would change. */
  readonly changes?: string
  readonly shows?: string
  /** Options with which it goes through folders; `*`: it always does, and through the one where it runs when none is named. */
  readonly deep?: string
  /** Options with which it follows the links that it finds on its way. */
  readonly follows?: string
  /** What it reads is names and sizes, never what is in a file. */
  readonly names?: true
  /** Options with which it makes files whose names nobody gives, where it runs when no `into` is given; `*`: it always does. */
  readonly fills?: string
  /** What comes to be where it writes may hold links: with `copies`, where it goes through folders or never needs to. */
  readonly makes?: 'copies' | 'anything'
  /** It calls them as the last part of their URL, but for these options. */
  readonly urls?: string
  /** Behind the first operand there are no options any more. */
  readonly stops?: true
  /** Long names stand behind one dash. */
  readonly oneDash?: true
}

const has = (names: string | undefined, name: string, cut: boolean): boolean => {
  if (names === undefined) return false
  const at = ` ${names} `.indexOf(` ${name}`)
  return at >= 0 && ((cut && name.length > 1) || ` ${names} `.includes(` ${name} `))
}

const VALUES: readonly (readonly [key: 'writes' | 'target' | 'into' | 'reads' | 'maybe' | 'code' | 'text', role: Role])[] = [
  ['writes', 'write'],
  ['target', 'write'],
  ['into', 'into'],
  ['reads', 'tree'],
  ['code', 'code'],
  ['maybe', 'maybe'],
  ['text', 'text'],
]

/** A word with what it is. */
type Given = { readonly role: Role; readonly word: ShellWord }

type Parsed = {
  readonly operands: readonly ShellWord[]
  readonly values: readonly Given[]
  /** Every option by its name. */
  readonly options: ReadonlySet<string>
  /** What may turn out to be any option. */
  readonly open: boolean
}

class Parsing {
  readonly operands: ShellWord[] = []
  readonly values: Given[] = []
  readonly options = new Set<string>()
  open = false
  readonly #words: readonly ShellWord[]
  readonly #program: Program

  constructor(words: readonly ShellWord[], program: Program) {
    this.#words = words
    this.#program = program
  }

  all(): Parsed {
    for (let at = 1; at < this.#words.length; at++) {
      const word = this.#words[at]
      if (word === undefined) break
      if (word.value === '--') {
        this.operands.push(...this.#words.slice(at + 1))
        break
      }
      const isOption = word.prefix.startsWith('-') && word.value !== '-'
      const isBehind = this.#program.stops === true && this.operands.length > 0
      // Where options stop at the first operand, what looks like one behind it is taken for both.
      if (!isOption || isBehind) this.operands.push(word)
      if (!isOption) this.open ||= word.value === undefined && word.prefix === '' && /[$`"{]/.test(word.text)
      else if (this.#option(word, this.#words[at + 1]) && !isBehind) at++
    }
    return this
  }

  /** Whether the next word is its value. */
  #option(word: ShellWord, next: ShellWord | undefined): boolean {
    const { prefix } = word
    if (prefix === '-' || prefix === '--') this.open = true
    return prefix.startsWith('--') || this.#program.oneDash ? this.#long(word, next) : this.#letters(word, next)
  }

  #long(word: ShellWord, next: ShellWord | undefined): boolean {
    const [, name = '', equals] = /^-+([^=]*)(=)?/.exec(word.prefix) ?? []
    const roles = this.#rolesOf(name, true)
    if (equals !== undefined) this.#value(roles.length > 0 ? roles : ['maybe'], behind(word, word.prefix.indexOf('=') + 1))
    else this.#next(roles, next)
    return equals === undefined && roles.length > 0
  }

  #letters(word: ShellWord, next: ShellWord | undefined): boolean {
    const { prefix } = word
    for (let at = 1; at < prefix.length; at++) {
      const letter = prefix[at] ?? ''
      const roles = this.#rolesOf(letter, false)
      const ends = at === prefix.length - 1 && word.value !== undefined
      if (ends) this.#next(roles, next)
      else if (roles.length > 0) this.#value(roles, behind(word, at + 1))
      if (roles.length > 0) return ends
      // `-i.bak`
      if (has(this.#program.changes, letter, false)) return false
    }
    // What stands behind a letter that is not known may be its value.
    if (/[/.]/.test(prefix.slice(2)) || word.value === undefined) this.#value(['maybe'], behind(word, 2))
    return false
  }

  /** The word behind an option. Where not all options are known it may be the value of one that is not. */
  #next(roles: readonly Role[], next: ShellWord | undefined): void {
    const isOpen = roles.length === 0 && this.#program.takes?.includes('maybe') === true && next?.prefix.startsWith('-') === false
    const [program] = this.#words
    if (next !== undefined) this.#value(isOpen ? ['maybe'] : roles, next)
    else if (roles.includes('code') && program !== undefined) this.#value(['code'], program)
  }

  #rolesOf(name: string, cut: boolean): readonly Role[] {
    this.options.add(name)
    const rolesBy = (asCut: boolean): readonly Role[] => VALUES.flatMap(([key, role]) => (has(this.#program[key], name, asCut) ? role : []))
    // A whole name is not another one cut short.
    const whole = rolesBy(false)
    return cut && whole.length === 0 ? rolesBy(true) : whole
  }

  #value(roles: readonly Role[], word: ShellWord): void {
    for (const role of roles) this.values.push({ role, word })
  }
}

/** A word without its first letters. */
export function behind(word: ShellWord, from: number): ShellWord {
  const { value, prefix } = word
  return { ...word, value: value?.slice(from), prefix: prefix.slice(from), text: value === undefined ? '"$_"' : word.text }
}

/** The roles of the operands, as many as there are. */
function rolesOf(takes: string, count: number): readonly Role[] {
  if (!takes.includes(' ') && takes.endsWith('*')) return Array.from({ length: count }, () => takes.slice(0, -1) as Role)
  const roles = takes.split(' ').filter((role) => role !== '')
  const many = roles.findIndex((role) => role.endsWith('*'))
  const [before, after] = many < 0 ? [roles, []] : [roles.slice(0, many), roles.slice(many + 1)]
  const between = many < 0 ? 'text' : (roles[many]?.slice(0, -1) ?? 'text')
  const last = after.slice(Math.max(0, after.length - count))
  const first = before.slice(0, count - last.length)
  return [...first, ...Array.from({ length: count - first.length - last.length }, () => between), ...last] as readonly Role[]
}

export function namedBy(words: readonly ShellWord[], program: Program): readonly NamedPath[] {
  const { operands, values, options, open } = new Parsing(words, program).all()
  const any = (names: string | undefined): boolean =>
    names !== undefined && [...options].some((option) => has(names, option, option.length > 1))
  const [changes, shows, targets] = [any(program.changes), any(program.shows), any(program.target)]
  const given = program.takes ?? 'text*'
  const takes = any(program.instead) ? given.replace(/^\w+ /, '') : targets ? given.replace(/ \w+$/, '') : given
  const roles = rolesOf(takes, operands.length).map((role, index) => {
    const spilled =
      operands[index]?.splits === true && (index === operands.length - 1 || !takes.startsWith(`${role}*`)) ? spilling(takes, role) : role
    if (changes && (spilled === 'read' || spilled === 'tree')) return spilled === 'tree' ? 'moved' : 'both'
    return spilled === 'both' && shows ? 'read' : spilled
  })
  const deep = program.deep === '*' || any(program.deep)
  const found = [
    ...operands.flatMap((word, index) =>
      pathsOf({ role: roles[index] ?? 'text', word }, { deep, follows: deep && any(program.follows), names: program.names === true }),
    ),
    ...values.flatMap((each) => pathsOf(each, {})),
  ]
  const isSaid =
    roles.includes('into') ||
    values.some(({ role }) => role === 'into') ||
    (program.fills === '*' && (shows || values.some(({ role }) => role === 'write')))
  const fills = !isSaid && (program.fills === '*' || any(program.fills))
  const makes = program.makes === 'copies' && program.deep !== undefined && !deep ? undefined : program.makes
  const made = [
    // Without a path it goes through the folder where it runs.
    ...(deep && /(?:read|tree|folder)\*/.test(takes) && !found.some(({ kind }) => kind === 'read')
      ? [{ ...HERE, kind: 'read' as const }]
      : []),
    ...found,
    ...(fills ? (program.urls === undefined || any(program.urls) ? [HERE] : operands.map(savedAs)) : []),
    ...(listens({ operands, values, options, open }, program) ? [ANY_FILE] : []),
    ...(open && OPTIONS_THAT_MATTER.some((key) => program[key] !== undefined) ? [ANY_FILE] : []),
  ]
  return makes === undefined ? made : made.map((path) => (path.kind === 'write' && path.perhaps !== true ? { ...path, makes } : path))
}

/** What may become several words may take the places of those behind it. */
const spilling = (takes: string, role: Role): Role => {
  if (!takes.includes(' ')) return role
  return /write|both|moved|linked/.test(takes) ? 'both' : /read|tree|folder/.test(takes) ? 'tree' : role
}

function listens({ operands, values, options }: Parsed, { listens: least = 0, tells = '' }: Program): boolean {
  if (values.some(({ role }) => role === 'code')) return false
  if (operands.slice(0, least).some(isInput)) return true
  return operands.length < least && !`version help ${tells}`.split(' ').some((option) => options.has(option))
}

/** What other commands say, or a heredoc. */
const isInput = (word: ShellWord): boolean =>
  !isFile(word) || /^\/(?:dev\/(?:stdin|fd\/0)|proc\/(?:self|thread-self|\d+)\/fd\/0)$/.test(word.value ?? '')

const OPTIONS_THAT_MATTER = ['reads', 'writes', 'target', 'into', 'code', 'changes'] as const
const HERE: NamedPath = { kind: 'write', word: '.', below: true }

/** What is fetched without a name of its own is called as in its URL. */
function savedAs({ value }: ShellWord): NamedPath {
  const name = /^(?:[a-z]+:\/\/)?[^?#]*?([^/?#]*)(?:[?#]|$)/.exec(value ?? '/')?.[1]
  if (value === undefined || name === undefined || /[%*]/.test(name)) return HERE
  return { kind: 'write', word: name === '' ? 'index.html' : name }
}

/** It may touch whatever there is. */
export const ANY_FILE: NamedPath = { kind: 'write', word: undefined, perhaps: true }

type Way = { readonly deep?: boolean; readonly follows?: boolean; readonly names?: boolean }

/** More than any tree of folders has. */
export const ALL_LEVELS = 1_000

function pathsOf({ role, word }: Given, { deep = false, follows = false, names = false }: Way): readonly NamedPath[] {
  if (role === 'text' || (role === 'verb' && /^(?!eval$)[\w:@-]+$/.test(word.value ?? ''))) return []
  if (role === 'code' || (role === 'verb' && word.value === 'eval')) return [ANY_FILE]
  if (role === 'verb' || role === 'maybe') return maybePaths(word)
  // Some take a dash alone for a file of this name.
  if (!isFile(word)) return role === 'write' && word.value === '-' ? [{ kind: 'write', word: '-', perhaps: true }] : []
  if (role === 'tree') return [...pathsOf({ role: 'read', word }, { deep, follows, names }), ...maybePaths(word)]
  if (role === 'folder') return pathsOf({ role: 'read', word }, { deep, follows, names }).map((path) => ({ ...path, folder: true }))
  if (role === 'moved') {
    const moved = pathsOf({ role: 'both', word }, { follows: true }).map((path) => ({ ...path, folder: path.kind === 'read' }))
    return [...moved, ...maybePaths(word)]
  }
  const isDeep = deep || role === 'into' || role === 'linked'
  const one = (kind: 'read' | 'write'): NamedPath => ({
    kind,
    word: placeOf(word),
    ...(names && kind === 'read'
      ? { names }
      : { ...(isDeep && { below: true }), ...within(word), ...(follows && kind === 'read' && { levels: ALL_LEVELS }) }),
  })
  // `@a` names a file with words.
  if (role === 'read') return [one('read'), ...(word.prefix.startsWith('@') ? maybePaths(behind(word, 1)) : [])]
  return role === 'both' || role === 'linked' ? [one('read'), one('write')] : [one('write')]
}
