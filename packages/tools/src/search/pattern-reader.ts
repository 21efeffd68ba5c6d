/** Reads a regular expression leniently and writes it strictly, for JavaScript and for ripgrep. */
import { readClass } from './pattern-class.ts'
import { ANY, hex, LINE_END, SETS, type Written, writtenSet } from './pattern-sets.ts'

/** What was read. `literal` is the longest run of characters that every match contains, '' where that is not certain. */
export type ReadPattern = { readonly expression: string; readonly ripgrep: string | undefined; readonly literal: string }

const CONTROLS: Readonly<Record<string, number>> = { t: 9, v: 11, f: 12, r: 13, 0: 0 }
const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/
const GROUP = /^\((?:\?(?::|P?<(?![=!])(\w+)>|<?[=!]|[ims]+:))?/

/** Reads one pattern, once. */
export class PatternReader {
  readonly #source: string
  #at = 0
  #depth = 0
  #expression = ''
  #ripgrep: string | undefined = ''
  #run = ''
  #longest = ''
  #hasAlternatives = false

  constructor(source: string) {
    this.#source = source
  }

  /** Throws a SyntaxError where no reading makes sense; what else is wrong shows when the result is compiled. */
  read(): ReadPattern {
    while (this.#at < this.#source.length) this.#piece()
    this.#endRun()
    return { expression: this.#expression, ripgrep: this.#ripgrep, literal: this.#hasAlternatives ? '' : this.#longest }
  }

  #piece(): void {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0)
    switch (character) {
      case '\\':
        return this.#escape()
      case '[':
        return this.#class()
      case '(':
        return this.#group()
      case ')':
        this.#depth--
        return this.#write({ expression: ')', ripgrep: ')' }, 1)
      case '|':
        this.#hasAlternatives ||= this.#depth === 0
        return this.#write({ expression: '|', ripgrep: '|' }, 1)
      case '.':
        return this.#write(ANY, 1)
      case '^':
        return this.#write({ expression: '^', ripgrep: '^' }, 1)
      case '$':
        return this.#write(LINE_END, 1)
      case '*':
      case '+':
      case '?':
      case '{':
        return this.#quantifier(character)
      default:
        return this.#literal(character, character.length)
    }
  }

  #quantifier(character: string): void {
    const [text] = QUANTIFIER.exec(this.#source.slice(this.#at)) ?? []
    if (text === undefined || (character === '{' && this.#expression === '')) return this.#literal(character, 1)
    // The last character of a run is the one that is repeated, perhaps not at all.
    this.#run = [...this.#run].slice(0, -1).join('')
    this.#write({ expression: text, ripgrep: text }, text.length)
  }

  #class(): void {
    const { next, ...written } = readClass(this.#source, this.#at + 1)
    this.#write(written, next - this.#at)
  }

  #group(): void {
    const [text = '(', name] = GROUP.exec(this.#source.slice(this.#at)) ?? []
    this.#depth++
    const isLook = /[=!]$/.test(text)
    const written = name === undefined ? text : `(?<${name}>`
    this.#write({ expression: written, ripgrep: isLook ? undefined : name === undefined ? text : '(?:' }, text.length)
  }

  #escape(): void {
    const letter = this.#source[this.#at + 1]
    if (letter === undefined) throw new SyntaxError('it ends with a \\')
    const set = SETS[letter]
    if (set !== undefined) return this.#write(writtenSet(`\\${letter}`, `[${set.inClass}]`, set.isWide), 2)
    const code = /^\\(?:x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4})|[ux]\{([\dA-Fa-f]+)\})/.exec(this.#source.slice(this.#at))
    if (code !== null) {
      return this.#literal(String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16)), code[0].length)
    }
    const control = CONTROLS[letter]
    if (control !== undefined) return this.#literal(String.fromCodePoint(control), 2)
    const [named] = /^\\(?:[pP]\{[^}]*\}|k<\w+>)/.exec(this.#source.slice(this.#at)) ?? []
    if (named !== undefined) return this.#write({ expression: named, ripgrep: undefined }, named.length)
    if (/[A-Za-z1-9]/.test(letter)) return this.#assertion(letter)
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at + 1) ?? 0)
    return this.#literal(character, 1 + character.length)
  }

  #assertion(letter: string): void {
    switch (letter) {
      case 'b':
      case 'B':
        return this.#write({ expression: `\\${letter}`, ripgrep: `(?-u:\\${letter})` }, 2)
      case 'A':
        return this.#write({ expression: '^', ripgrep: '^' }, 2)
      case 'z':
      case 'Z':
        return this.#write(LINE_END, 2)
      default:
        // Back references and a newline: ours to judge alone. Letters without a meaning fail to compile.
        return this.#write({ expression: `\\${letter}`, ripgrep: undefined }, 2)
    }
  }

  #literal(character: string, length: number): void {
    const point = character.codePointAt(0) ?? 0
    const isPlain = /^[A-Za-z0-9_ ]$/.test(character)
    const run = this.#depth === 0 ? this.#run + character : ''
    this.#write(
      { expression: isPlain ? character : hex(point, 'u'), ripgrep: point === 0xfffd ? undefined : isPlain ? character : hex(point, 'x') },
      length,
    )
    this.#run = run
  }

  /** Adds both spellings, ends the run of literal characters, and goes on after `length` characters of the source. */
  #write({ expression, ripgrep }: Written, length: number): void {
    const isLiteral = this.#run
    this.#expression += expression
    this.#ripgrep = ripgrep === undefined || this.#ripgrep === undefined ? undefined : this.#ripgrep + ripgrep
    this.#at += length
    this.#endRun(isLiteral)
  }

  #endRun(run: string = this.#run): void {
    if (run.length > this.#longest.length) this.#longest = run
    this.#run = ''
  }
}
