/** The name of the file that keeps a key: recognisable, and never another key's, whatever the file system thinks of case or accents. */
import { createHash } from 'node:crypto'

/** Keys that can be a name as they are, `/` apart. Only lower case, since file systems may take `a` and `A` for one name. */
const PLAIN = /^[a-z0-9_][a-z0-9_-]*(?:\/[a-z0-9_][a-z0-9_-]*)*$/
const PLAIN_LENGTH = 100
/** Names that Windows keeps for devices, whatever comes after the dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\/|$)/

/** Letters that all file systems keep. A list, because a property such as `\p{L}` grows with Unicode, and the name has to stay. */
const LETTERS = [
  'A-Za-z0-9_',
  '\u00c0-\u017f', // Latin
  '\u0391-\u03a1\u03a3-\u03ce', // Greek
  '\u0400-\u045f', // Cyrillic
  '\u05d0-\u05ea', // Hebrew
  '\u0621-\u063a\u0641-\u064a', // Arabic
  '\u0905-\u0939\u093e-\u094d', // Devanagari
  '\u0e01-\u0e3a\u0e40-\u0e4e', // Thai
  '\u3041-\u3094\u30a1-\u30fa\u30fc', // Japanese
  '\u4e00-\u9fa5', // Chinese
  '\uac00-\ud7a3', // Korean
].join('')
const OTHERS = new RegExp(`[^${LETTERS}]+`, 'g')
const SHOWN_LETTERS = 40

/** `journal/fix-auth` becomes `journal.fix-auth`; any other key what can be shown of it, `~`, and its digest. */
export function fileName(key: string): string {
  if (isPlain(key)) return key.replaceAll('/', '.')
  // UTF-16, because UTF-8 cannot tell unpaired surrogates apart.
  const digest = createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex').slice(0, 32)
  const shown = key.slice(0, SHOWN_LETTERS).replace(OTHERS, '-').replace(/^-|-$/g, '')
  return `${shown === '' ? 'key' : shown}~${digest}`
}

/** The key of a name that tells it, or undefined for one that only holds a digest. */
export function plainKey(name: string): string | undefined {
  const key = name.replaceAll('.', '/')
  return isPlain(key) ? key : undefined
}

function isPlain(key: string): boolean {
  return key.length <= PLAIN_LENGTH && PLAIN.test(key) && !DEVICE.test(key)
}
