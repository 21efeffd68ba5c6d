/** Makes the texts of an edit: the line that changes, with as many lines around it as it takes to be the only such place. */

export type EditTexts = { readonly before: string; readonly after: string }

const occurrences = (text: string, part: string): number => text.split(part).length - 1

export function editTexts(source: string, line: number, replacement: string): EditTexts {
  const lines = source.split('\n')
  for (let around = 0; around < lines.length; around += 1) {
    const first = Math.max(0, line - around)
    const last = Math.min(lines.length - 1, line + around)
    const before = lines.slice(first, last + 1).join('\n')
    if (occurrences(source, before) > 1) continue
    const after = [...lines.slice(first, line), replacement, ...lines.slice(line + 1, last + 1)].join('\n')
    return { before, after }
  }
  return { before: source, after: source }
}
