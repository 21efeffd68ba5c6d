/** Finds all patterns in one pass over a text, whole or as far as it has come. */
import { type Pattern, placeholder } from './pattern.ts'

/** A place to be replaced. What begins at `start` decided it, and must stay together. */
type Found = { readonly name: string; readonly start: number; readonly from: number; readonly to: number }

/** What was made of a text: `shown` of its first `used` characters. */
export type Scanned = { readonly shown: string; readonly used: number }

export type Scanner = (text: string, options: { readonly from: number; readonly isWhole: boolean }) => Scanned

const slot = (first: number, second: number, third: number): number => (first * 961 + second * 31 + third) & 0xffff

/** Three characters of a text say whether any pattern may begin there: most places are passed over at the cost of a look at a table. */
export function scanner(patterns: readonly Pattern[]): Scanner {
  const table = new Uint8Array(0x10000)
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
  return (text, { from, isWhole }) => {
    const found: Found[] = []
    let open = text.length
    const last = text.length - 2
    let second = text.charCodeAt(from)
    let third = text.charCodeAt(from + 1)
    for (let start = from; start < last; start++) {
      const first = second
      second = third
      third = text.charCodeAt(start + 2) // each character is read once
      const key = slot(first, second, third)
      if (table[key] === 0) continue
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
