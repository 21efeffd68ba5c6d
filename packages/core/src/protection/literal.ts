/** One known text as a pattern; base64 may be wrapped into lines, and a text of several lines may be shown as lines of something else. */
import type { Finding, Pattern } from './pattern.ts'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
/** Characters that stand before a line where it is shown: a place in a file, a number, a mark. */
const BEFORE_LINE = 256

export function literal(name: string, text: string, { wraps = false }: { readonly wraps?: boolean } = {}): Pattern {
  return {
    name,
    seeds: wraps ? wrappedSeeds(text) : [text.slice(0, 3)],
    at: (within, start, isWhole) => literalAt(within, start, { text, wraps, isWhole }),
  }
}

/** Lines of a text where each one but the first has something before it. The first has at least three characters. */
export function shownLines(name: string, lines: readonly string[]): Pattern {
  return { name, seeds: [(lines[0] ?? '').slice(0, 3)], at: (within, start, isWhole) => linesAt(within, start, { lines, isWhole }) }
}

function linesAt(
  within: string,
  start: number,
  { lines, isWhole }: { readonly lines: readonly string[]; readonly isWhole: boolean },
): Finding {
  const [first = '', ...others] = lines
  const last = others.length - 1
  let at = start + first.length
  if (!within.startsWith(first, start)) return !isWhole && first.startsWith(within.slice(start)) ? 'more' : undefined
  for (const [index, line] of others.entries()) {
    if (within.charCodeAt(at) === CARRIAGE_RETURN) at++
    if (at >= within.length) return isWhole ? undefined : 'more'
    if (within.charCodeAt(at) !== LINE_FEED) return undefined
    const from = at + 1
    const limit = from + BEFORE_LINE + line.length
    const found = within.indexOf('\n', from)
    const isOpen = found < 0 || found > limit + 1
    const shown = within.slice(from, isOpen ? limit : found).replace(/\r$/, '')
    const place = index === last ? shown.indexOf(line) : shown.endsWith(line) ? shown.length - line.length : -1
    const mayGrow = isOpen && !isWhole && within.length < limit + 2
    if (mayGrow && (place < 0 || index < last)) return 'more'
    if (place < 0 || (isOpen && index < last)) return undefined
    at = from + place + line.length
  }
  return { from: start, to: at }
}

/** How the first three characters may look when a line ends between them. */
function wrappedSeeds(text: string): readonly string[] {
  const [first = '', second = '', third = ''] = text
  const seeds = [`${first}${second}${third}`]
  for (const end of ['\n', '\r\n']) seeds.push(`${first}${end}${second}`, `${first}${second}${end}`)
  return seeds.map((seed) => seed.slice(0, 3))
}

function literalAt(
  within: string,
  start: number,
  { text, wraps, isWhole }: { readonly text: string; readonly wraps: boolean; readonly isWhole: boolean },
): Finding {
  let at = start
  let breaks = 0
  for (let index = 0; index < text.length;) {
    if (at >= within.length) return isWhole ? undefined : 'more'
    const code = within.charCodeAt(at)
    if (code === text.charCodeAt(index)) {
      index++
      breaks = 0
    } else if (!wraps || index === 0 || (code !== LINE_FEED && code !== CARRIAGE_RETURN) || ++breaks > 2) return undefined
    at++
  }
  return { from: start, to: at }
}
