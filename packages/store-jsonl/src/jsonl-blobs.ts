/** Large texts in plain files, by digest. */
/// <reference lib="es2024.string" />
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BlobStore } from '@seamfold/core/kit'
import { createFolder, nodeDisk, type Disk } from './disk.ts'
import { explainFileError, fileErrorCode } from './file-errors.ts'
import { fileName } from './file-name.ts'

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
        if (!existsSync(path)) await writeWhole(disk, path, Buffer.from(plain ? text : JSON.stringify(text)))
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
  }
}

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
