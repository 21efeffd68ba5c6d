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
