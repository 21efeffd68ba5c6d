/** The first line of a log: what it is, whose it is, and which one of that name. */
import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { AgentError, isJsonObject } from '@seamfold/core/kit'
import type { Disk } from './disk.ts'
import { damagedLine } from './file-errors.ts'
import type { Mark } from './line.ts'

export type Head = {
  /** The beginning of the line: no other log begins with it, not even a later one in the same file. */
  readonly tag: string
  readonly key: string
  /** Where the first batch begins. */
  readonly start: Mark
  /** Tags of the files that this one has replaced: they held the same records, some of them in other words. */
  readonly replaced: readonly string[]
}

const VERSION = 1
const ID_BYTES = 8
export const TAG_LENGTH: number = tagOf('0'.repeat(2 * ID_BYTES)).length
const FIRST_READ = 1024
const NEWLINE = 0x0a

export function newHead(key: string, replaced: readonly string[] = []): { readonly head: Head; readonly bytes: Buffer } {
  const tag = tagOf(randomBytes(ID_BYTES).toString('hex'))
  const before = replaced.length === 0 ? '' : `,"replaced":${JSON.stringify(replaced)}`
  const bytes = Buffer.from(`${tag},"key":${JSON.stringify(key)}${before}}\n`)
  return { head: { tag, key, start: startAfter(bytes), replaced }, bytes }
}

/** Undefined when the file does not hold a whole first line: nothing was ever stored in it. */
export function readHead(disk: Disk, file: number, path: string): Head | undefined {
  for (let length = FIRST_READ; ; length *= 4) {
    const bytes = disk.read(file, 0, length)
    const newline = bytes.indexOf(NEWLINE)
    if (newline !== -1) return parseHead(bytes.subarray(0, newline + 1), path)
    if (bytes.length < length) return undefined
  }
}

function parseHead(bytes: Buffer, path: string): Head {
  const text = bytes.toString('utf8')
  const value = parseJson(text)
  if (isJsonObject(value) && value['seamfold'] === 'log' && typeof value['version'] === 'number' && value['version'] > VERSION) {
    throw new AgentError(
      'store_newer',
      `${JSON.stringify(path)} has format ${value['version']}, this package knows ${VERSION}: upgrade @seamfold/store-jsonl`,
      { details: { path, version: value['version'], known: VERSION } },
    )
  }
  const tag = text.slice(0, TAG_LENGTH)
  if (!isJsonObject(value) || typeof value['key'] !== 'string' || typeof value['id'] !== 'string' || tag !== tagOf(value['id'])) {
    throw damagedLine(path, 1, { reason: 'it is not the head of a log' })
  }
  const replaced = Array.isArray(value['replaced']) ? value['replaced'].filter((each) => typeof each === 'string') : []
  return { tag, key: value['key'], start: startAfter(bytes), replaced }
}

function tagOf(id: string): string {
  return `{"seamfold":"log","version":${VERSION},"id":"${id}"`
}

function startAfter(head: Buffer): Mark {
  return { offset: 0, position: head.length, chain: crc32(head) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the caller says what should stand there
  }
}
