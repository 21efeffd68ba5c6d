/** The ways in which a secret may be written, and the part of each that says what it is. */
import { Buffer } from 'node:buffer'

export type Written = { readonly text: string; readonly core: string }

const plain = (text: string): Written => ({ text, core: text })

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

const inBase64 =
  (before: number, encoding: 'base64' | 'base64url') =>
  (value: string): Written => {
    const text = Buffer.concat([Buffer.alloc(before, 'a'), Buffer.from(value), Buffer.from('zz')]).toString(encoding)
    const bytes = before + Buffer.byteLength(value)
    return { text, core: text.slice(Math.ceil((before * 8) / 6), Math.floor((bytes * 8) / 6)) }
  }

export const ways: readonly ((value: string) => Written)[] = [
  plain,
  (value) => plain(escaped(value)),
  (value) => plain(escaped(escaped(value))),
  (value) => plain(encodeURIComponent(value)),
  (value) => plain(encodeURIComponent(value).replaceAll('%20', '+')),
  (value) => plain(encodeURI(value)),
  (value) => plain(Buffer.from(value).toString('hex')),
  (value) => plain(Buffer.from(value).toString('hex').toUpperCase()),
  ...[0, 1, 2].flatMap((before) => [inBase64(before, 'base64'), inBase64(before, 'base64url')]),
]

export const written = (value: string, way: number): Written => ways[way % ways.length]?.(value) ?? plain(value)
