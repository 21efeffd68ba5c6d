/** How a JavaScript string is kept in a column so that it comes back to the letter. */
/// <reference lib="es2024.string" />
import { AgentError } from '@seamfold/core/kit'

/**
 * Text as text, readable in any SQLite shell. As UTF-16 bytes what UTF-8 cannot hold (unpaired surrogates) and what node:sqlite
 * of Node 22 cuts short (NUL).
 */
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
