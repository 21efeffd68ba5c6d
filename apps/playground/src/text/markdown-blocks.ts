/** Cuts Markdown where one block surely ends, so that what is above need not be read again while more is written. */

/** A line that opens or closes a block of code, and one that may belong to what stands before a blank line. */
const [fence, continued] = [/^ {0,3}(`{3,}|~{3,})/, /^(\s|[-*+]\s|\d+[.)]\s|\||\[)/]

/** Joined they are the text again. */
export function markdownBlocks(text: string): readonly string[] {
  const blocks: string[] = []
  let [from, at] = [0, 0]
  let open: string | undefined
  let blank = false
  for (const line of text.split('\n')) {
    if (blank && open === undefined && line !== '' && !continued.test(line)) {
      blocks.push(text.slice(from, at))
      from = at
    }
    const mark = fence.exec(line)?.[1]
    if (mark !== undefined) {
      if (open === undefined) open = mark
      else if (mark.startsWith(open)) open = undefined
    }
    blank = line.trim() === '' && at > from
    at += line.length + 1
  }
  return [...blocks, text.slice(from)]
}
