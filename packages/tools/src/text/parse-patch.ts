/** Reads a unified diff of one file, strictly: what does not add up is refused. */

/** One line of a hunk with its newline, unless the diff says that it has none. */
export type HunkLine = { readonly kind: 'keep' | 'remove' | 'add'; readonly text: string }

/** `oldIndex` and `newIndex` count from 0: where the hunk begins in the text before and after. */
export type Hunk = { readonly header: string; readonly oldIndex: number; readonly newIndex: number; readonly lines: readonly HunkLine[] }

/** The hunks, or the reason in words. */
export type ParsedPatch = { readonly hunks: readonly Hunk[] } | { readonly problem: string }

const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/
const KINDS: Readonly<Record<string, HunkLine['kind']>> = { ' ': 'keep', '-': 'remove', '+': 'add' }

/** What comes before the first hunk is ignored: there are the names of the files. `diff` has plain newlines. */
export function parsePatch(diff: string): ParsedPatch {
  const lines = diff.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const hunks: Hunk[] = []
  let at = lines.findIndex((line) => line.startsWith('@@'))
  if (at === -1) return { problem: 'the diff has no hunk: a hunk begins with a line like @@ -1,3 +1,4 @@' }
  while (at < lines.length) {
    const read = readHunk(lines, at)
    if ('problem' in read) return read
    hunks.push(read.hunk)
    at = read.next
  }
  return { hunks }
}

type ReadHunk = { readonly hunk: Hunk; readonly next: number } | { readonly problem: string }

function readHunk(lines: readonly string[], start: number): ReadHunk {
  const header = lines[start] ?? ''
  const numbers = HEADER.exec(header)
  if (numbers === null) {
    return {
      problem: `line ${start + 1} of the diff, ${JSON.stringify(header)}, is neither part of a hunk nor the start of one. Check the counts of the hunk before it; one diff is for one file`,
    }
  }
  const [, oldStart, oldCount = '1', newStart, newCount = '1'] = numbers
  const wanted = { old: Number(oldCount), new: Number(newCount) }
  const body: HunkLine[] = []
  const seen = { old: 0, new: 0 }
  let at = start + 1
  for (; at < lines.length && (seen.old < wanted.old || seen.new < wanted.new); at++) {
    const line = lines[at] ?? ''
    if (line.startsWith('\\')) {
      withoutNewline(body)
      continue
    }
    // Editors cut the space of an empty line that is kept.
    const kind = line === '' ? 'keep' : KINDS[line.charAt(0)]
    if (kind === undefined) return { problem: `${header}: its line ${JSON.stringify(line)} begins neither with a space nor with - or +` }
    if (kind !== 'add') seen.old++
    if (kind !== 'remove') seen.new++
    body.push({ kind, text: `${line.slice(1)}\n` })
  }
  if (lines[at]?.startsWith('\\') === true) {
    withoutNewline(body)
    at++
  }
  if (seen.old !== wanted.old || seen.new !== wanted.new) {
    return { problem: `${header}: it has ${seen.old} old and ${seen.new} new lines, its header says ${wanted.old} and ${wanted.new}` }
  }
  const hunk = { header, oldIndex: indexOf(Number(oldStart), wanted.old), newIndex: indexOf(Number(newStart), wanted.new), lines: body }
  return { hunk, next: at }
}

/** A hunk without lines on a side names the line that it comes after. */
const indexOf = (start: number, count: number): number => (count === 0 ? start : start - 1)

function withoutNewline(body: HunkLine[]): void {
  const last = body.pop()
  if (last !== undefined) body.push({ ...last, text: last.text.replace(/\n$/, '') })
}
