/** Looks at the bytes of an image, as the providers do before a model sees it. */

const beginnings: readonly (readonly [string, RegExp])[] = [
  ['image/png', /^89504e47/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638/],
  ['image/webp', /^52494646.{8}57454250/],
]

export const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)

/** The media type that the first bytes show, or `undefined` when they show none that models read. */
export function mediaTypeOf(base64: string): string | undefined {
  const start = Buffer.from(base64.slice(0, 24), 'base64').toString('hex')
  return beginnings.find(([, pattern]) => pattern.test(start))?.[0]
}
