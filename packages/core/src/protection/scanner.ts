/** Finds all patterns in one pass over a text, whole or as far as it has come. */
import { type Pattern, placeholder } from './pattern.ts'

/** A place to be replaced. What begins at `start` decided it, and must stay together. */
type Found = { readonly name: string; readonly start: number; readonly from: number; readonly to: number }

/** What was made of a text: `shown` of its first `used` characters. */
export type Scanned = { readonly shown: string; readonly used: number }

export interface Scanner {
  /** Whether a pattern may begin anywhere in a text: most hold nothing, and that is found out without making anything. */
  mayHold(text: string): boolean
  scan(text: string, options: { readonly from: number; readonly isWhole: boolean }): Scanned
}

/** Few enough to stay in the processor's nearest cache, many enough that hardly any two seeds share one. */
const SLOTS = 0x2000

const slot = (first: number, second: number, third: number): number => (first * 961 + second * 31 + third) & (SLOTS - 1)

/** Three characters of a text say whether any pattern may begin there: most places are passed over at the cost of a look at a table. */
export function scanner(patterns: readonly Pattern[]): Scanner {
  const table = new Uint8Array(SLOTS)
  const buckets = new Map<number, Pattern[]>()
  const firsts = new Set<string>()
  for (const pattern of patterns)
    for (const seed of pattern.seeds) {
      const key = slot(seed.charCodeAt(0), seed.charCodeAt(1), seed.charCodeAt(2))
      table[key] = 1
      const bucket = buckets.get(key) ?? []
      if (!bucket.includes(pattern)) bucket.push(pattern)
      buckets.set(key, bucket)
      firsts.add(seed.slice(0, 1)).add(seed.slice(0, 2))
    }
  /** The next place from `start` on where a pattern may begin; the length of the text less two where there is none. */
  const seek = (text: string, start: number): number => {
    const last = text.length - 2
    let second = text.charCodeAt(start)
    let third = text.charCodeAt(start + 1)
    for (let at = start; at < last; at++) {
      const first = second
      second = third
      third = text.charCodeAt(at + 2) // each character is read once
      if (table[slot(first, second, third)] === 1) return at
    }
    return last
  }
  const scan: Scanner['scan'] = (text, { from, isWhole }) => {
    const found: Found[] = []
    let open = text.length
    const last = text.length - 2
    for (let start = seek(text, from); start < last; start = seek(text, start + 1)) {
      const key = slot(text.charCodeAt(start), text.charCodeAt(start + 1), text.charCodeAt(start + 2))
      for (const pattern of buckets.get(key) ?? []) {
        const finding = pattern.at(text, start, isWhole)
        if (finding === 'more') open = Math.min(open, start)
        else if (finding !== undefined) found.push({ ...finding, name: pattern.name, start })
      }
    }
    if (!isWhole)
      for (let start = Math.max(from, last); start < text.length; start++) if (firsts.has(text.slice(start))) open = Math.min(open, start)
    return found.length === 0
      ? { shown: text.slice(from, open), used: open }
      : replaced(text, from, { found, until: settledUntil(found, open) })
  }
  return { scan, mayHold: (text) => seek(text, 0) < text.length - 2 }
}

/** Nothing is cut in two. */
function settledUntil(found: readonly Found[], open: number): number {
  const across = found.filter(({ start, to }) => start < open && to > open)
  return across.length === 0
    ? open
    : settledUntil(
        found,
        across.reduce((least, { start }) => Math.min(least, start), open),
      )
}

/** Those that overlap are replaced as one, under the name of the first and longest. */
function replaced(text: string, from: number, { found, until }: { readonly found: readonly Found[]; readonly until: number }): Scanned {
  const settled = found.filter(({ to }) => to <= until).toSorted((a, b) => a.from - b.from || b.to - a.to)
  let shown = ''
  let at = from
  for (const { name, from: start, to } of settled) {
    if (start >= at) shown += text.slice(at, start) + placeholder(name)
    at = Math.max(at, to)
  }
  return { shown: shown + text.slice(at, until), used: until }
}
