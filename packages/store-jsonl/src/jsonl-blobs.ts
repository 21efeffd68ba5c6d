/** Large texts in plain files, by digest. */
/// <reference lib="es2024.string" />
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BlobStore } from '@seamfold/core/kit'
import { createFolder, nodeDisk, type Disk } from './disk.ts'
import { explainFileError, fileErrorCode } from './file-errors.ts'
import { fileName, plainKey } from './file-name.ts'

/**
 * Keeps one file a text in the folder `blobs` of the directory, which may be that of a store. A text is on the disk before `put`
 * resolves, as the facts that name it will be.
 */
export function jsonlBlobs(directory: string): BlobStore {
  return blobsOn(nodeDisk, directory)
}

/** The same on a disk of choice. */
export function blobsOn(disk: Disk, directory: string): BlobStore {
  const folder = join(resolve(directory), 'blobs')
  const asText = (digest: string): string => join(folder, `${fileName(digest)}.txt`)
  /** For the few texts that UTF-8 cannot hold. */
  const asJson = (digest: string): string => join(folder, `${fileName(digest)}.json`)

  return {
    contract: 1,
    async put(digest, text) {
      const plain = text.isWellFormed()
      const path = plain ? asText(digest) : asJson(digest)
      try {
        createFolder(folder)
        if (!touch(path)) await writeWhole(disk, path, Buffer.from(plain ? text : JSON.stringify(text)))
        await disk.syncFolder(folder)
      } catch (error) {
        throw explainFileError(error, path)
      }
    },
    async get(digest) {
      const text = await readIfThere(asText(digest))
      if (text !== undefined) return text
      const json = await readIfThere(asJson(digest))
      return json === undefined ? undefined : (JSON.parse(json) as string)
    },
    async sweep({ isNeeded, minimumAgeMs }) {
      const before = Date.now() - minimumAgeMs
      const names = existsSync(folder) ? readdirSync(folder) : []
      const left = names.filter((name) => {
        const digest = /\.(?:txt|json)$/.test(name) ? plainKey(name.replace(/\.[a-z]+$/, '')) : undefined
        return digest !== undefined && !isNeeded(digest)
      })
      return left.filter((name) => removeOld(disk, join(folder, name), before)).length
    },
  }
}

/** Whether the file is there; its age begins anew. */
function touch(path: string): boolean {
  try {
    const now = new Date()
    utimesSync(path, now, now)
    return true
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return false
    throw error
  }
}

/** Moved aside before it is looked at again: whoever touches it meanwhile finds it gone, and writes it anew, or is seen. */
function removeOld(disk: Disk, path: string, before: number): boolean {
  if (putAt(path) > before) return false
  const aside = `${path}.${randomUUID()}.draft`
  try {
    disk.rename(path, aside)
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return false // somebody else sweeps
    throw explainFileError(error, path)
  }
  if (putAt(aside) > before) {
    disk.rename(aside, path)
    return false
  }
  disk.remove(aside)
  return true
}

const putAt = (path: string): number => Math.floor(statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity)

/** The file gets its name when all of it is on the disk, so what has the name is whole. */
async function writeWhole(disk: Disk, path: string, bytes: Buffer): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`
  const file = disk.open(draft, 'wx+')
  try {
    disk.write(file, bytes, 0)
    await disk.sync(file)
    disk.rename(draft, path)
  } catch (error) {
    disk.remove(draft)
    throw error
  } finally {
    disk.close(file)
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined
    throw explainFileError(error, path)
  }
}
