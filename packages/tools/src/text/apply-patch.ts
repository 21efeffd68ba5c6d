/** Applies a unified diff to a text: at the lines that it names, on exactly the context that it shows, or not at all. */
import { lineEndingOf, withLineEnding } from './line-ending.ts'
import { type Hunk, parsePatch } from './parse-patch.ts'

/** The new text with how many lines came and went, or the reason in words. */
export type Patched = { readonly text: string; readonly added: number; readonly removed: number } | { readonly problem: string }

/** Line ends of the diff do not matter; those of the text are kept. A text that mixes them is refused. */
export function applyPatch(text: string, diff: string): Patched {
  const ending = lineEndingOf(text)
  if (ending === 'mixed') return { problem: 'the file mixes line endings: make them alike first, e.g. with a command, or use edit' }
  const parsed = parsePatch(withLineEnding(diff, '\n'))
  if ('problem' in parsed) return parsed
  const lines = linesOf(withLineEnding(text, '\n'))
  const made: string[] = []
  let at = 0
  for (const hunk of parsed.hunks) {
    const problem = misfit(hunk, lines, at) ?? drift(hunk, made.length + hunk.oldIndex - at)
    if (problem !== undefined) return { problem: `${hunk.header}: ${problem}` }
    made.push(...lines.slice(at, hunk.oldIndex), ...side(hunk, 'add'))
    at = hunk.oldIndex + side(hunk, 'remove').length
  }
  made.push(...lines.slice(at))
  if (made.slice(0, -1).some((line) => !line.endsWith('\n'))) return { problem: 'only the last line of a file can be without a newline' }
  const count = (kind: 'add' | 'remove'): number => parsed.hunks.flatMap((hunk) => hunk.lines).filter((line) => line.kind === kind).length
  return { text: withLineEnding(made.join(''), ending), added: count('add'), removed: count('remove') }
}

/** Lines with their newline; only the last may have none. */
const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\n)/))

/** The lines of a hunk before (`remove`) or after (`add`). */
const side = (hunk: Hunk, kind: 'add' | 'remove'): readonly string[] =>
  hunk.lines.filter((line) => line.kind === 'keep' || line.kind === kind).map((line) => line.text)

function misfit(hunk: Hunk, lines: readonly string[], from: number): string | undefined {
  const before = side(hunk, 'remove')
  if (hunk.oldIndex < from) return 'it begins before the end of the hunk before it'
  if (hunk.oldIndex + before.length > lines.length)
    return `it reaches past the end of the file, which has ${lines.length} lines${elsewhere(before, lines)}`
  const wrong = before.findIndex((line, index) => line !== lines[hunk.oldIndex + index])
  if (wrong === -1) return undefined
  return `line ${hunk.oldIndex + wrong + 1} of the file is ${show(lines[hunk.oldIndex + wrong])}, the diff expects ${show(before[wrong])}${elsewhere(before, lines)}`
}

function elsewhere(before: readonly string[], lines: readonly string[]): string {
  if (before.length === 0) return ''
  const found = lines.findIndex((_, index) => before.every((line, offset) => line === lines[index + offset]))
  return found === -1 ? '. Read the file again' : `. These lines are at line ${found + 1}`
}

const drift = (hunk: Hunk, expected: number): string | undefined =>
  hunk.newIndex === expected ? undefined : `its new side should begin at line ${expected + (side(hunk, 'add').length === 0 ? 0 : 1)}`

const show = (line: string | undefined): string => JSON.stringify(line ?? '').slice(0, 200)
