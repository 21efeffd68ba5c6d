/** Tells which simple commands a line would run and what it touches, as far as that is certain. */
import { Findings, type Touched } from './findings.ts'
import type { Grammar } from './grammar.ts'
import { commandText } from './shell-word.ts'
import { Walker } from './walk.ts'

/** `commands` are those that are known, whether or not there may be more; `undecided` says why there may be. */
export type Understood = {
  readonly commands: readonly string[]
  readonly touched: readonly Touched[]
  /** With `:port`. */
  readonly hosts: readonly string[]
  readonly undecided: readonly string[]
}

const MOST_LENGTH = 32 * 1024
/** What a shell and a person may not see alike. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}\p{Cs}]|(?! )\p{Zs}/u

export function understand(grammar: Grammar, line: string): Understood {
  if (line.length > MOST_LENGTH) return undecided(`it has ${line.length} characters; up to ${MOST_LENGTH} are taken apart`)
  if (UNSEEN.test(line.replaceAll(/[\n\t]/g, ''))) return undecided('it has characters that cannot be seen')
  const findings = new Findings()
  try {
    new Walker(grammar, findings, { anyShell: false, level: 0 }).source(line, ['.'])
  } catch (error) {
    return undecided(`it is not understood: ${String(error)}`)
  }
  // What a function does is known, but not with which words, and how often where it calls itself.
  const called = findings.commands.find(([first]) => findings.functions.has(first?.value ?? ''))?.[0]?.text
  if (called !== undefined) findings.undecided.add(`it gives ${called} a meaning of its own`)
  return {
    commands: [...new Set(findings.commands.map(commandText))],
    touched: findings.touched,
    hosts: findings.hosts,
    undecided: [...findings.undecided],
  }
}

const undecided = (why: string): Understood => ({ commands: [], touched: [], hosts: [], undecided: [why] })
