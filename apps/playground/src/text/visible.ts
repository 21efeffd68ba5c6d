/** Makes letters that cannot be seen, or that turn the order of others around, visible as escapes: nothing is left out. */

export type VisiblePart = { readonly text: string; readonly escaped: boolean }

/** Control characters except line breaks and tabs, what has no width, what changes direction, odd spaces, tags, and lone halves of pairs. */
const hidden =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\p{Cs}]|[\u{e0000}-\u{e0fff}]/gu

const escape = (letter: string): string => {
  const code = letter.codePointAt(0) ?? 0
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** The text in parts; joined and unescaped they are the text again. */
export function visibleParts(text: string): readonly VisiblePart[] {
  const parts: VisiblePart[] = []
  let from = 0
  for (const { index, 0: letter } of text.matchAll(hidden)) {
    if (index > from) parts.push({ text: text.slice(from, index), escaped: false })
    parts.push({ text: escape(letter), escaped: true })
    from = index + letter.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), escaped: false })
  return parts
}
