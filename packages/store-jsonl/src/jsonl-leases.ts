/** Leases in plain files: who holds a session, and until when. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError, isJsonObject, type Lease, type LeaseStore } from '@seamfold/core/kit'
import { createFolder, nodeDisk } from './disk.ts'
import { explainFileError, fileErrorCode } from './file-errors.ts'
import { fileName } from './file-name.ts'
import { openFolder, type JsonlOptions } from './jsonl-store.ts'

export interface JsonlLeasesOptions extends JsonlOptions {
  /** Milliseconds since the epoch. Default: this machine's clock, which all processes that share the folder see. */
  readonly now?: () => number
}

/** Keeps one small file a lease in the folder `leases` of the directory, which may be that of a store. */
export function jsonlLeases(directory: string, { now = Date.now, ...options }: JsonlLeasesOptions = {}): LeaseStore {
  const { path: parent, lock } = openFolder(nodeDisk, directory, options)
  const folder = join(parent, 'leases')
  const at = (key: string): string => join(folder, `${fileName(key)}.json`)

  const inForce = (key: string): Lease | undefined => {
    const lease = readLease(at(key))
    return lease !== undefined && lease.expiresAt > now() ? lease : undefined
  }
  const put = (key: string, holder: string, ttlMs: number): Lease => {
    const lease = { holder, expiresAt: now() + ttlMs }
    createFolder(folder)
    // Readers take no lock, so they must find the old lease or the new one, whole.
    const draft = `${at(key)}.draft`
    writeFileSync(draft, `${JSON.stringify({ key, ...lease })}\n`)
    renameSync(draft, at(key))
    return lease
  }
  const change = async <T>(key: string, work: () => T): Promise<T> => {
    try {
      return await lock.run(work)
    } catch (error) {
      throw explainFileError(error, at(key))
    } finally {
      // Leases have no end of their own, and nothing may stay open for them.
      lock.close()
    }
  }

  return {
    contract: 1,
    acquire: (key, holder, ttlMs) =>
      change(key, () => {
        const current = inForce(key)
        if (current !== undefined && current.holder !== holder) return current
        const expired = readLease(at(key))?.holder ?? holder
        return { ...put(key, holder, ttlMs), ...(expired === holder ? {} : { takenFrom: expired }) }
      }),
    renew: (key, holder, ttlMs) => change(key, () => (inForce(key)?.holder === holder ? put(key, holder, ttlMs) : undefined)),
    transfer: (key, holder, { to, ttlMs }) => change(key, () => (inForce(key)?.holder === holder ? put(key, to, ttlMs) : undefined)),
    release: (key, holder) =>
      change(key, () => {
        if (readLease(at(key))?.holder === holder) rmSync(at(key))
      }),
    read: async (key) => inForce(key),
  }
}

/** The lease as it stands, in force or not. An empty file is what loss of power may leave of one. */
function readLease(path: string): Lease | undefined {
  const text = readText(path)
  if (text === '') return undefined
  const value = parseJson(text)
  if (isJsonObject(value) && typeof value['holder'] === 'string' && typeof value['expiresAt'] === 'number') {
    return { holder: value['holder'], expiresAt: value['expiresAt'] }
  }
  throw new AgentError('store_corrupt', `${JSON.stringify(path)} is not a lease: delete it when nobody works on that session`, {
    details: { path },
  })
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return ''
    throw explainFileError(error, path)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the caller says what should stand there
  }
}
