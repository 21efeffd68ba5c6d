/** Takes a Markdown file apart: what is said of it in YAML between two lines of `---`, and its body. */

export type Frontmatter = { readonly yaml: string; readonly body: string; /** The line at which the YAML begins. */ readonly line: number }

/** Undefined for a file that does not begin with a line of `---`, or never ends it. */
export function frontmatterOf(text: string): Frontmatter | undefined {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines[0]?.trimEnd() !== '---') return undefined
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---')
  if (end === -1) return undefined
  return {
    yaml: lines.slice(1, end).join('\n'),
    body: lines
      .slice(end + 1)
      .join('\n')
      .trim(),
    line: 2,
  }
}
