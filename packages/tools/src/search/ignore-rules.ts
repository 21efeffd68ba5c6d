/** One ignore file as rules: the patterns of gitignore, read the way that ripgrep reads them. */
import { ignoreGlob } from './ignore-glob.ts'

type Rule = { readonly matches: (path: string) => boolean; readonly onlyDirectories: boolean; readonly verdict: Verdict }

/** What a rule says of a path. */
export type Verdict = 'ignored' | 'kept'

/** Rules of one file; the last that matches decides. */
export interface IgnoreRules {
  /** `path` is relative to the directory of the ignore file. `undefined`: no rule matches. */
  verdict(path: string, isDirectory: boolean): Verdict | undefined
}

export function parseIgnoreRules(text: string): IgnoreRules {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map(parseLine)
    .filter((rule) => rule !== undefined)
    .toReversed()
  return {
    verdict: (path, isDirectory) => {
      const bytes = byteText(path)
      return rules.find((rule) => (isDirectory || !rule.onlyDirectories) && rule.matches(bytes))?.verdict
    },
  }
}

/** One character per byte: `?` and classes of ignore files mean bytes. */
const byteText = (text: string): string => (/^[\0-\x7F]*$/.test(text) ? text : Buffer.from(text).toString('latin1'))

function parseLine(raw: string): Rule | undefined {
  if (raw.startsWith('#')) return undefined
  let line = raw.endsWith('\\ ') ? raw : raw.trimEnd()
  if (line === '') return undefined
  let verdict: Verdict = 'ignored'
  let isAnchored = false
  if (line.startsWith('\\!') || line.startsWith('\\#')) {
    line = line.slice(1)
    isAnchored = line.startsWith('/')
  } else {
    if (line.startsWith('!')) {
      verdict = 'kept'
      line = line.slice(1)
    }
    if (line.startsWith('/')) {
      isAnchored = true
      line = line.slice(1)
    }
  }
  const onlyDirectories = line.endsWith('/')
  if (onlyDirectories) line = line.slice(0, -1).replace(/\\$/, '')
  if (line === '') return undefined // a lone slash, escaped or not, matches nothing
  if (!isAnchored && !line.includes('/') && !line.startsWith('**/')) line = `**/${line}`
  if (line.endsWith('/**')) line = `${line}/*`
  const matches = matcher(byteText(line))
  return matches && { matches, onlyDirectories, verdict }
}

/** Most patterns are a plain name or an ending: those need no regular expression. */
function matcher(glob: string): ((path: string) => boolean) | undefined {
  if (/^(?:\*\*\/)*\*\*\/?$/.test(glob)) return () => true
  const name = /^\*\*\/([^*?[\]{}\\/]+)$/.exec(glob)?.[1]
  if (name !== undefined) return (path) => path === name || (path.endsWith(name) && path[path.length - name.length - 1] === '/')
  const ending = /^\*\*\/\*(\.[^*?[\]{}\\/]+)$/.exec(glob)?.[1]
  if (ending !== undefined) return (path) => path.endsWith(ending)
  const machine = ignoreGlob(glob)
  return machine && ((path) => machine.test(path))
}
