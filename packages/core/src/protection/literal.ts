/** One known text as a pattern; base64 may be wrapped into lines. */
import type { Finding, Pattern } from './pattern.ts'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

export function literal(name: string, text: string, { wraps = false }: { readonly wraps?: boolean } = {}): Pattern {
  return {
    name,
    seeds: wraps ? wrappedSeeds(text) : [text.slice(0, 3)],
    at: (within, start, isWhole) => literalAt(within, start, { text, wraps, isWhole }),
  }
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
