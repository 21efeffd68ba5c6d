/** Tells on which line of a script the keys of the configuration that it exports stand. */

/** Strings, comments and whatever else may hold a brace that is none; then names, brackets and signs. */
const TOKENS =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|[\p{ID_Start}$_][\p{ID_Continue}$]*|\n|[{}[\]():,]/gu

type Token = { readonly text: string; readonly line: number }

/** What is still open: an object whose next key is awaited or known, a list with its next index, or round brackets. */
type Open = { readonly kind: '{' | '[' | '('; readonly path: string; index: number; key: string | undefined }

/**
 * Lines, counted from one, by path: keys and indices joined with dots. Only what is written out where it is exported is found, or in the
 * constant that is exported: a value that is computed has no line of its own.
 */
export function linesOfScript(text: string): ReadonlyMap<string, number> {
  const tokens = tokensOf(text)
  const lines = new Map<string, number>()
  const start = startOf(tokens)
  if (start === undefined) return lines
  const stack: Open[] = []
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    step(token, tokens[at + 1], { stack, lines })
    if (stack.length === 0) break
  }
  return lines
}

function step(
  token: Token,
  next: Token | undefined,
  { stack, lines }: { readonly stack: Open[]; readonly lines: Map<string, number> },
): void {
  const { text, line } = token
  const top = stack.at(-1)
  if (text === '{' || text === '[' || text === '(') {
    const path = placeIn(top)
    if (top?.kind === '[') lines.set(path, line)
    else if (top === undefined) lines.set('', line)
    stack.push({ kind: text, path, index: 0, key: undefined })
  } else if (text === '}' || text === ']' || text === ')') stack.pop()
  else if (text === ',') {
    if (top?.kind === '[') top.index++
    if (top !== undefined) top.key = undefined
  } else if (top?.kind === '{' && top.key === undefined && text !== ':') {
    // A key, or a name that is short for a key and its value.
    top.key = text.replace(/^(['"`])(.*)\1$/s, '$2')
    if (next?.text !== '(') lines.set(placeIn(top), line)
  } else if (top?.kind === '[') lines.set(placeIn(top), line)
}

const placeIn = (open: Open | undefined): string => {
  if (open === undefined || open.kind === '(') return open?.path ?? ''
  const part = open.kind === '[' ? String(open.index) : (open.key ?? '')
  return open.path === '' ? part : `${open.path}.${part}`
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let line = 1
  for (const [token] of text.matchAll(TOKENS)) {
    if (token !== '\n' && !/^\/[/*]/.test(token)) tokens.push({ text: token, line })
    line += token.split('\n').length - 1
  }
  return tokens
}

/** Where the exported object begins: behind `export default`, or where the constant that is exported gets its value. */
function startOf(tokens: readonly Token[]): number | undefined {
  const exported = tokens.findIndex(({ text }, at) => text === 'default' && tokens[at - 1]?.text === 'export')
  if (exported === -1) return undefined
  const here = firstBrace(tokens, exported + 1, 3)
  if (here !== undefined) return here
  const name = tokens[exported + 1]?.text
  const declared = tokens.findIndex(({ text }, at) => text === name && /^(const|let|var)$/.test(tokens[at - 1]?.text ?? ''))
  return declared === -1 ? undefined : firstBrace(tokens, declared + 1, 6)
}

/** The first brace among so many tokens: `{`, `defineConfig({`, `: SeamfoldConfig = {`. */
function firstBrace(tokens: readonly Token[], from: number, reach: number): number | undefined {
  const at = tokens.slice(from, from + reach).findIndex(({ text }) => text === '{')
  return at === -1 ? undefined : from + at
}
