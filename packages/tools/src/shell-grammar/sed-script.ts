/** Reads a script of sed far enough to know whether it runs commands, or writes and reads files of its own. */

import type { NamedPath } from './operands.ts'
import type { ShellWord } from './shell-word.ts'

/** `undefined`: it is not understood. */
export type SedScript = { readonly runs: boolean; /** Of its own. */ readonly files: readonly NamedPath[] } | undefined

const ADDRESS = /^(?:\d+(?:~\d+)?|\$|\/(?:[^/\\\n[]|\\[^\n]|\[\^?\]?[^\]\n/]*\])+\/[IM]*|[+~]\d+)/
const PLAIN = new Set('=dDgGhHnNpPxzFl')

class Reader {
  #rest: string
  runs = false
  readonly files: NamedPath[] = []

  constructor(script: string) {
    this.#rest = script
  }

  /** False when something is not understood. */
  all(): boolean {
    for (;;) {
      this.#skip(/^[\s;{}]+/)
      if (this.#rest === '') return true
      if (!this.#command()) return false
    }
  }

  #skip(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#rest)?.[0]
    if (found !== undefined) this.#rest = this.#rest.slice(found.length)
    return found
  }

  #command(): boolean {
    if (this.#skip(ADDRESS) !== undefined) {
      this.#skip(/^ +/)
      if (this.#skip(/^, */) !== undefined && this.#skip(ADDRESS) === undefined) return false
    }
    this.#skip(/^[ !]+/)
    const letter = this.#rest[0]
    if (letter === '{') return true
    this.#rest = this.#rest.slice(1)
    switch (letter) {
      case '#':
        return this.#skip(/^[^\n]*/) !== undefined
      case 'q':
      case 'Q':
      case 'L':
        this.#skip(/^ *\d+/)
        return this.#ends()
      case 's':
        return this.#parts(2) && this.#flags()
      case 'y':
        return this.#parts(2) && this.#ends()
      case 'b':
      case 't':
      case 'T':
        return this.#skip(/^ *\w*/) !== undefined && this.#ends()
      case ':':
        return this.#skip(/^ *\w+/) !== undefined && this.#ends()
      case 'a':
      case 'i':
      case 'c':
        return this.#skip(/^(?:[^\\\n]|\\[^])*/) !== undefined
      case 'r':
      case 'R':
        return this.#file('read')
      case 'w':
      case 'W':
        return this.#file('write')
      case 'e':
        this.runs = true
        return this.#skip(/^[^\n]*/) !== undefined
      default:
        return letter !== undefined && PLAIN.has(letter) && this.#ends()
    }
  }

  #ends(): boolean {
    return /^ *(?:[;}\n#]|$)/.test(this.#rest)
  }

  /** The parts of `s` and `y` between their delimiters. */
  #parts(count: number): boolean {
    const delimiter = this.#rest[0]
    if (delimiter === undefined || /[\s\w\\;]/.test(delimiter)) return false
    let at = 1
    for (let open = count; open > 0; at++) {
      const letter = this.#rest[at]
      if (letter === undefined) return false
      if (letter === '\\') at++
      // In brackets a delimiter may mean itself: versions differ.
      else if (letter === '[' && this.#rest.slice(at, this.#rest.indexOf(']', at + 1) + 1).includes(delimiter)) return false
      else if (letter === delimiter) open--
    }
    this.#rest = this.#rest.slice(at)
    return true
  }

  /** Its name goes to the end of the line. */
  #file(kind: 'read' | 'write'): boolean {
    const word = (this.#skip(/^[^\n]*/) ?? '').trimStart()
    this.files.push({ kind, word })
    return true
  }

  #flags(): boolean {
    const flags = this.#skip(/^[gpiImM0-9e]*/) ?? ''
    if (flags.includes('e')) this.runs = true
    if (this.#rest.startsWith('w')) {
      this.#rest = this.#rest.slice(1)
      return this.#file('write')
    }
    return this.#ends()
  }
}

export function readSedScript(script: string): SedScript {
  const reader = new Reader(script)
  return reader.all() ? { runs: reader.runs, files: reader.files } : undefined
}

const FLAG =
  /^(?:-[nrEsuz]+|-[nrEsuz]*i[^]*|--(?:quiet|silent|in-place(?:=[^]*)?|regexp-extended|separate|unbuffered|null-data|posix|sandbox|debug|version|help))$/

/** The scripts among the words of a sed command; undefined when they cannot all be told. */
export function sedScripts(words: readonly ShellWord[]): readonly string[] | undefined {
  const scripts: string[] = []
  let operand: string | undefined
  for (let at = 1; at < words.length; at++) {
    const { value, prefix = '' } = words[at] ?? {}
    if (value === undefined) {
      if (prefix === '' || prefix.startsWith('-') || (operand === undefined && scripts.length === 0)) return undefined
      continue
    }
    const attached = /^(?:-[nrEsuz]*e|--expression=)([^]+)$/.exec(value)?.[1]
    if (attached !== undefined) scripts.push(attached)
    else if (/^(?:-[nrEsuz]*e|--expression)$/.test(value)) {
      const script = words[++at]?.value
      if (script === undefined) return undefined
      scripts.push(script)
    } else if (!value.startsWith('-') || value === '-') operand ??= value === '' ? undefined : value
    else if (!FLAG.test(value)) return undefined
  }
  return scripts.length > 0 ? scripts : operand === undefined ? undefined : [operand]
}
