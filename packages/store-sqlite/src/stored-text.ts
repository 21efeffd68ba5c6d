/** How a JavaScript string is kept in a column so that it comes back to the letter. */
/// <reference lib="es2024.string" />
import { AgentError } from '@seamfold/core/kit'

/** Text as text, readable in any SQLite shell; what UTF-8 or C strings would bend (lone surrogates, NUL) as UTF-16 bytes. */
export type StoredText = string | Uint8Array

export function toStoredText(text: string): StoredText {
  return text.isWellFormed() && !text.includes('\0') ? text : Buffer.from(text, 'utf16le')
}

/** Throws `store_corrupt` for a value that we never write. */
export function fromStoredText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf16le')
  throw new AgentError(
    'store_corrupt',
    `The SQLite store holds a ${value === null ? 'NULL' : typeof value} where text belongs: restore a backup`,
  )
}
