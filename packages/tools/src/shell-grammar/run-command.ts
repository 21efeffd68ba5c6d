/** What one simple command comes to: itself, or the commands that it is told to run. */
import { BUILTINS } from './builtins.ts'
import { type After, staying } from './findings.ts'
import { itself } from './itself.ts'
import { LAUNCHERS } from './launchers.ts'
import type { Run } from './running.ts'
import { certainWord, type ShellWord } from './shell-word.ts'
import { unwrap, WRAPPERS } from './wrappers.ts'

/** Programs of the system, which are the same under their bare name. */
const SYSTEM = /^\/(?:usr\/)?s?bin\/(?=[^/]+$)/

export function runCommand(given: readonly ShellWord[], run: Run): After {
  const [first] = given
  if (first === undefined) return staying(run.directories)
  if (first.value === undefined) {
    run.walker.undecided(`which program ${first.text} names is only known when it runs`)
    return staying(run.directories)
  }
  const name = first.value.replace(SYSTEM, '')
  const words = name === first.value ? given : [certainWord(name), ...given.slice(1)]
  const special = lookUp(BUILTINS, name) ?? lookUp(LAUNCHERS, name)
  if (special !== undefined) return special(words, run)
  const wrapper = lookUp(WRAPPERS, name)
  if (wrapper !== undefined) {
    const inner = unwrap(words, wrapper)
    if (typeof inner === 'string') {
      run.walker.undecided(inner)
      return staying(run.directories)
    }
    if (inner.length > 0) return runCommand(inner, run)
  }
  itself(words, run)
  return staying(run.directories)
}

const lookUp = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined
