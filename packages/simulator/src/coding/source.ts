/** Reads just enough JavaScript to know where functions are and what a file imports. */
import { posix } from 'node:path'

/** Takes the line numbers away that a read tool put before each line, and its notes after them. */
export function withoutLineNumbers(text: string): string {
  const lines = text.split('\n')
  const numbered = /^ *\d+(?:\t|→|: |\| )/
  const first = lines[0] ?? ''
  if (!numbered.test(first)) return text
  return lines
    .filter((line) => numbered.test(line) || line === '')
    .map((line) => line.replace(numbered, ''))
    .join('\n')
}

/** Lines with comments and the insides of strings blanked, each as long as before. */
export function codeLines(source: string): readonly string[] {
  let inComment = false
  return source.split('\n').map((line) => {
    let masked = ''
    let quote = ''
    for (let at = 0; at < line.length; at += 1) {
      const two = line.slice(at, at + 2)
      const character = line[at] ?? ''
      if (inComment) {
        if (two === '*/') inComment = false
        masked += ' '
      } else if (quote !== '') {
        masked += character === quote ? character : '_'
        if (character === '\\') {
          masked += '_'
          at += 1
        } else if (character === quote) quote = ''
      } else if (two === '//') {
        return masked.padEnd(line.length)
      } else {
        if (two === '/*') inComment = true
        if (character === "'" || character === '"' || character === '`') quote = character
        masked += inComment ? ' ' : character
      }
    }
    return masked.padEnd(line.length)
  })
}

/** A function with its lines, counted from 0, both ends included. */
export type SourceFunction = { readonly name: string; readonly first: number; readonly last: number }

const head =
  /^(?:export )?(?:default )?(?:async )?(?:function\*? (\w+)|(?:const|let) (\w+) = (?:async )?(?:\([^)]*\)|\w+) =>)|^ {2}(?:static )?(?:async )?(?:#?(\w+)\([^)]*\) \{)/

/** The functions of a file; one ends where its indentation does. */
export function functionsOf(source: string): readonly SourceFunction[] {
  const lines = codeLines(source)
  return lines.flatMap((line, first) => {
    const match = head.exec(line)
    const name = match?.[1] ?? match?.[2] ?? match?.[3]
    if (name === undefined || ['if', 'for', 'while', 'switch', 'catch'].includes(name)) return []
    const indent = line.length - line.trimStart().length
    const end = lines.findIndex(
      (other, at) => at > first && other.trim() !== '' && other.length - other.trimStart().length <= indent && /^\s*[})\]]/.test(other),
    )
    const next = lines.findIndex((other, at) => at > first && other.trim() !== '' && other.length - other.trimStart().length <= indent)
    return [{ name, first, last: end === next && end > 0 ? end : next > 0 ? next - 1 : lines.length - 1 }]
  })
}

export type SourceImport = { readonly path: string; readonly names: readonly string[] }

/** The files of the project that a file imports, with the names that it takes. */
export function importsOf(path: string, source: string): readonly SourceImport[] {
  const statements = [
    ...source.matchAll(
      /import\s+([^'"]*?)\s+from\s+['"](\.{1,2}\/[^'"]+)['"]|const\s+([^=]+?)\s*=\s*require\(['"](\.{1,2}\/[^'"]+)['"]\)/g,
    ),
  ]
  return statements.map((match) => {
    const names = (match[1] ?? match[3] ?? '').replace(/[{}]/g, ' ').split(',')
    const file = match[2] ?? match[4] ?? ''
    return {
      path: posix.join(posix.dirname(path), /\.[cm]?[jt]sx?$/.test(file) ? file : `${file}.js`),
      names: names
        .map(
          (name) =>
            name
              .trim()
              .split(/\s+as\s+/)
              .at(-1) ?? '',
        )
        .filter((name) => name !== ''),
    }
  })
}

const isHead = (text: string): boolean => /^\s*(?:await )?(?:test|it)\b/.test(text)

/** The text of the test that begins at or encloses a line, counted from 1. */
export function testAround(source: string, line: number): string {
  const lines = source.split('\n')
  const first = lines.findLastIndex((text, at) => at < line && isHead(text))
  const next = lines.findIndex((text, at) => at > first && at >= line && isHead(text))
  return lines.slice(Math.max(0, first), next < 0 ? undefined : next).join('\n')
}
