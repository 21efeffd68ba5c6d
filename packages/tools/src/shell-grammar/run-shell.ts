/** `sh -c` and its like: the code that a shell is given, where it is certain. */
import { type After, staying } from './findings.ts'
import { itself } from './itself.ts'
import type { Run } from './running.ts'
import type { ShellWord } from './shell-word.ts'

/** `a` would export what is set later, so that programs obey it. */
const FLAGS = /^-[befhilmnptuvxBCEHPT]*c?[befhilmnptuvxBCEHPT]*$/
const HARMLESS_LONG = new Set(['--norc', '--noprofile', '--posix', '--login'])

export function shell(words: readonly ShellWord[], run: Run): After {
  const { walker, directories } = run
  const out = staying(directories)
  const anyShell = words[0]?.value !== 'bash'
  let takesCode = false
  let at = 1
  for (; at < words.length; at++) {
    const value = words[at]?.value
    if (value === undefined) {
      walker.undecided('what the shell is told to run is only known when it runs')
      return out
    }
    if (value === '--' || value === '-') {
      at++
      break
    }
    if (!/^[-+]./.test(value)) break
    if (/^-[efhmnpuvxBCE]*o$/.test(value)) at++
    else if (value === '--version' || value === '--help') {
      itself(words, run)
      return out
    } else if (FLAGS.test(value)) takesCode ||= value.includes('c')
    else if (!HARMLESS_LONG.has(value)) {
      walker.undecided(`what ${value} means to the shell is not known`)
      return out
    }
  }
  const operand = words[at]
  if (takesCode) {
    if (operand?.value === undefined) walker.undecided('the code that the shell runs is only known when it runs')
    else walker.code(operand.value, directories, anyShell)
  } else if (operand !== undefined) itself(words, run)
  else fromInput(run, anyShell)
  return out
}

/** Without a script and without code it runs what it reads. */
function fromInput({ walker, directories, input }: Run, anyShell: boolean): void {
  if (
    input?.type === 'HereDoc' &&
    input.descriptor === undefined &&
    (input.delimiter?.quoted === true || !/[\\$`]/.test(input.body.text))
  ) {
    walker.code(input.body.text, directories, anyShell)
  } else walker.undecided('the shell runs what it reads from its input')
}
