/** Cuts text where a provider would: between characters, at words when it can. */

/** Pieces of at most `size` characters (code points), preferring to end after a space; together they are the text. */
export function pieces(text: string, size: number): readonly string[] {
  const characters = [...text]
  const result: string[] = []
  let start = 0
  while (start < characters.length) {
    let end = Math.min(start + size, characters.length)
    if (end < characters.length) {
      const space = characters.lastIndexOf(' ', end - 1)
      if (space > start && characters[end] !== ' ') end = space + 1
    }
    result.push(characters.slice(start, end).join(''))
    start = end
  }
  return result
}

/** The longest beginning of the text that has at most `bytes` UTF-8 bytes. */
export function firstBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text)
  if (encoded.length <= bytes) return text
  let end = bytes
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return encoded.subarray(0, end).toString('utf8')
}
