/** Tells on which line of a JSON text a key or an entry stands. */

/** Lines, counted from one, by path: keys and indices joined with dots; the root is the empty path. */
export function linesByPath(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>([['', 1]])
  const stack: { path: string; index: number | undefined; key: string }[] = []
  let line = 1
  const here = (): string => {
    const top = stack.at(-1)
    if (top === undefined) return ''
    return join(top.path, top.index === undefined ? top.key : String(top.index))
  }
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\],\n]|[^\s"{}[\],]+/g)) {
    const top = stack.at(-1)
    if (token === '\n') line++
    else if (token === '{' || token === '[') {
      if (top?.index !== undefined) lines.set(here(), line)
      stack.push({ path: here(), index: token === '[' ? 0 : undefined, key: '' })
    } else if (token === '}' || token === ']') stack.pop()
    else if (token === ',') {
      if (top?.index !== undefined) top.index++
    } else if (top !== undefined && token.startsWith('"') && token.endsWith(':')) {
      top.key = String(JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)))
      lines.set(here(), line)
      line += token.split('\n').length - 1
    } else if (top?.index !== undefined) lines.set(here(), line)
  }
  return lines
}

const join = (path: string, part: string): string => (path === '' ? part : `${path}.${part}`)

/** The line on which reading a JSON text failed, from the error's own position where it tells one. */
export function brokenLine(text: string, error: unknown): number | undefined {
  const words = error instanceof Error ? error.message : ''
  const told = /\(line (\d+) /.exec(words)?.[1]
  if (told !== undefined) return Number(told)
  const position = /at position (\d+)/.exec(words)?.[1]
  if (position !== undefined) return text.slice(0, Number(position)).split('\n').length
  return /end of JSON/i.test(words) ? text.trimEnd().split('\n').length : undefined
}
