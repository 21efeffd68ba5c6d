/** Globs over paths: `*` within a segment, `**` across segments, `?` one character, `{a,b}` either. */

import { type Accepts, type PatternMachine, patternMachine } from '../base/pattern-machine.ts'

const SLASH = 47
const any: Accepts = () => true
const inSegment: Accepts = (unit) => unit !== SLASH
const exactly =
  (char: string): Accepts =>
  (unit) =>
    unit === char.charCodeAt(0)

/** Compile a glob to a test over whole paths with `/`. It takes time in proportion to the path. */
export function globMatcher(glob: string): (path: string) => boolean {
  const machine = globMachine(glob)
  const fixed = glob.slice(0, glob.search(/[*?{]|$/)) // most paths begin otherwise
  return machine === undefined ? (path) => path === glob : (path) => path.startsWith(fixed) && machine.test(path)
}

/** Undefined where a brace stays open: then the glob stands for itself. */
export function globMachine(glob: string): PatternMachine | undefined {
  const machine = patternMachine()
  let depth = 0
  for (let index = 0; index < glob.length; index++) {
    const char = glob[index] ?? ''
    if (char === '*' && glob[index + 1] === '*') {
      const segments = glob[index + 2] === '/' && (index === 0 || glob[index - 1] === '/')
      if (segments) folders(machine)
      else machine.many(any)
      index += segments ? 2 : 1
    } else if (char === '*') machine.many(inSegment)
    else if (char === '?') machine.one(inSegment)
    else if (char === '{') {
      depth++
      machine.open()
    } else if (char === '}' && depth > 0) {
      depth--
      machine.close()
    } else if (char === ',' && depth > 0) machine.or()
    else machine.one(exactly(char))
  }
  return depth > 0 ? undefined : machine
}

/** Nothing, or whatever ends in a slash. */
function folders(machine: PatternMachine): void {
  machine.open()
  machine.many(any)
  machine.one(exactly('/'))
  machine.or()
  machine.close()
}

/** Whether something that a glob matches may lie below a folder. */
export function mayLieBelow(glob: string, folder: string): boolean {
  if (folder === '/' || glob.includes('{')) return true
  if (folder === '.') return !glob.startsWith('/')
  if (glob.startsWith('/') !== folder.startsWith('/') && !glob.startsWith('**')) return false
  const pattern = glob.split('/')
  for (const [index, segment] of folder.split('/').entries()) {
    const part = pattern[index]
    if (part === undefined) return false
    if (part.includes('**')) return true
    if (!globMatcher(part)(segment)) return false
  }
  return true
}
