/** Programs whose words are a language of their own, in which something may be written or run. */
import { isQuietAwk } from '../shell-grammar/awk-program.ts'
import { readSedScript, sedScripts } from '../shell-grammar/sed-script.ts'
import type { ShellWord } from '../shell-grammar/shell-word.ts'
import { mayBeOption, type Reader } from './reader.ts'

export const readsSed: Reader = (words) => {
  const scripts = sedScripts(words)
  if (scripts === undefined || words.some(({ value, prefix }) => /^(?:-[nrEsuz]*i|--in)/.test(value ?? prefix))) return false
  if (words.some(mayBeOption)) return false
  return scripts.every((script) => {
    const read = readSedScript(script)
    return read !== undefined && !read.runs && read.files.length === 0
  })
}

/** A program without redirections, pipes, files and code of its own; only `-F` and `-v` before it. */
export const readsAwk: Reader = ([, ...words]) => {
  let program: string | undefined
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word === undefined || (word.value === undefined && mayBeOption(word))) return false
    if (program !== undefined) {
      if (word.prefix.startsWith('-')) return false
    } else if (word.value === '-F' || word.value === '-v') {
      if (words[++at]?.splits !== false) return false
    } else if (word.prefix.startsWith('-')) {
      if (!/^-[Fv]./.test(word.prefix)) return false
    } else if (word.value === undefined) return false
    else program = word.value
  }
  return program !== undefined && isQuietAwk(program)
}

/** Tests of find, and whether a word of their own follows. */
const ALONE = new Set(
  `-daystart -depth -d -empty -executable -false -follow -help -ignore_readdir_race -ls -mount -nogroup -noignore_readdir_race -noleaf
  -nouser -nowarn -print -print0 -prune -quit -readable -true -version -warn -writable -xdev -a -and -o -or -not ! ( ) ,`.split(/\s+/),
)
const WITH_VALUE =
  /^-(?:amin|anewer|atime|cmin|cnewer|ctime|fstype|gid|group|ilname|iname|inum|ipath|iregex|iwholename|links|lname|maxdepth|mindepth|mmin|mtime|name|newer(?:[aBcm][aBcmt])?|path|perm|printf|regex|regextype|samefile|size|type|uid|used|user|wholename|xtype)$/

/** What `-exec` runs is judged as a command of its own. */
export const readsFind: Reader = ([, ...words]) => {
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word === undefined || mayBeOption(word)) return false
    const { value } = word
    if (value === undefined || /^-[HLP]$/.test(value) || ALONE.has(value)) continue
    if (WITH_VALUE.test(value)) {
      if (words[++at]?.splits !== false) return false
    } else if (value === '-exec') at = endOf(words, at)
    else if (value.startsWith('-')) return false
  }
  return true
}

const endOf = (words: readonly ShellWord[], from: number): number => {
  const end = words.findIndex(({ value }, index) => index > from && (value === ';' || (value === '+' && words[index - 1]?.value === '{}')))
  return end < 0 ? words.length : end
}

const UNARY = /^-[a-uw-zA-QS-Z]$/
const BINARY = /^(?:=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/

/** `test` computes with what stands behind `-v` and `-R`. */
export const readsTest: Reader = ([name, ...words]) => {
  const inner = name?.value === '[' ? words.slice(0, -1) : words
  return inner.every(({ splits }) => !splits) && isExpression(inner)
}

function isExpression(words: readonly ShellWord[]): boolean {
  const joint = words.findIndex(({ value }, index) => index > 0 && (value === '-a' || value === '-o') && index < words.length - 1)
  if (joint > 0 && words.length > 3) return isExpression(words.slice(0, joint)) && isExpression(words.slice(joint + 1))
  const [first, second] = words
  if (words.length > 1 && first?.value === '!') return isExpression(words.slice(1))
  if (words.length <= 1) return true
  if (words.length === 2) return UNARY.test(first?.value ?? '')
  return words.length === 3 && BINARY.test(second?.value ?? '')
}
