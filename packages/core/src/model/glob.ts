/** Globs over paths: `*` within a segment, `**` across segments, `?` one character, `{a,b}` either. */

const SPECIAL = /[.+^$()|[\]\\]/g

/** Compile a glob to a test over whole paths with `/`. */
export function globMatcher(glob: string): (path: string) => boolean {
  let source = ''
  let depth = 0
  for (let index = 0; index < glob.length; index++) {
    const char = glob[index] ?? ''
    if (char === '*' && glob[index + 1] === '*') {
      const segment = glob[index + 2] === '/' && (index === 0 || glob[index - 1] === '/')
      source += segment ? '(?:[^/]*/)*' : '[\\s\\S]*'
      index += segment ? 2 : 1
    } else if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '{') {
      depth++
      source += '(?:'
    } else if (char === '}' && depth > 0) {
      depth--
      source += ')'
    } else if (char === ',' && depth > 0) source += '|'
    else source += char.replace(SPECIAL, '\\$&')
  }
  if (depth > 0) return (path) => path === glob
  const pattern = new RegExp(`^${source}$`)
  return (path) => pattern.test(path)
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
