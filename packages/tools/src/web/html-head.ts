/** What the beginning of a page says of itself: its character set, and whether it is elsewhere. */

const HEAD_BYTES = 64 * 1024

type Body = { readonly contentType: string; readonly body: Buffer }

/** Whether a media type is HTML. */
export const isHtml = (contentType: string): boolean => /^\s*(?:text\/html|application\/xhtml\+xml)/i.test(contentType)

/** Where a page sends its reader at once, if it does. */
export function refreshTarget({ contentType, body }: Body): string | undefined {
  if (!isHtml(contentType)) return undefined
  for (const [tag] of headOf(body).matchAll(/<meta\s[^>]{0,1000}>/gi)) {
    if (!/http-equiv\s*=\s*["']?refresh\b/i.test(tag)) continue
    const target = /content\s*=\s*(["'])\s*\d+\s*[;,]\s*url\s*=\s*(.*?)\1/i.exec(tag)?.[2]
    if (target !== undefined && target !== '') return target.replaceAll('&amp;', '&').replace(/^["']|["']$/g, '')
  }
  return undefined
}

/** The text of a page in its own character set; what is unknown is read as UTF-8. */
export function decodeBody({ contentType, body }: Body): string {
  const named = /charset\s*=\s*["']?([\w-]+)/i.exec(contentType)?.[1] ?? (isHtml(contentType) ? metaCharset(headOf(body)) : undefined)
  try {
    return new TextDecoder(named ?? 'utf-8').decode(body)
  } catch {
    // No character set has this name.
    return body.toString('utf8')
  }
}

const metaCharset = (head: string): string | undefined => /<meta\s[^>]{0,1000}charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1]

const headOf = (body: Buffer): string => body.toString('latin1', 0, HEAD_BYTES)
