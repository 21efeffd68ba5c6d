/** The real disk, with a note of what is asked of it and, where a test wants, something in its way. */
import { basename } from 'node:path'
import { nodeDisk, type Disk } from '../src/disk.ts'

export interface ObservedDisk {
  readonly disk: Disk
  /** What was asked so far, such as `write log.jsonl`. */
  readonly calls: string[]
  /** How many bytes were read so far. */
  readBytes: number
  /** So many bytes can still be written; then the disk is full. */
  space: number
  /** Throws in place of the next syncs, one each. */
  readonly failedSyncs: Error[]
  /** Runs before each read of a file. */
  beforeRead: (() => void) | undefined
}

/** An error as the file system throws it. */
export const fileError = (code: string): Error => Object.assign(new Error(`${code}: as asked for`), { code })

export function observedDisk(): ObservedDisk {
  const names = new Map<number, string>()
  const nameOf = (file: number): string => names.get(file) ?? '?'
  const observed: ObservedDisk = {
    calls: [],
    readBytes: 0,
    space: Number.POSITIVE_INFINITY,
    failedSyncs: [],
    beforeRead: undefined,
    disk: {
      ...nodeDisk,
      open(path, flag) {
        const file = nodeDisk.open(path, flag)
        names.set(file, basename(path))
        return file
      },
      read(file, position, length) {
        observed.beforeRead?.()
        const bytes = nodeDisk.read(file, position, length)
        observed.readBytes += bytes.length
        return bytes
      },
      write(file, bytes, position) {
        const fits = bytes.subarray(0, observed.space)
        nodeDisk.write(file, fits, position)
        observed.space -= fits.length
        observed.calls.push(`write ${nameOf(file)}`)
        if (fits.length < bytes.length) throw fileError('ENOSPC')
      },
      rename(from, to) {
        nodeDisk.rename(from, to)
        observed.calls.push(`name ${basename(to)}`)
      },
      async sync(file) {
        const failure = observed.failedSyncs.shift()
        if (failure !== undefined) throw failure
        await nodeDisk.sync(file)
        observed.calls.push(`synced ${nameOf(file)}`)
      },
      async syncFolder(folder) {
        await nodeDisk.syncFolder(folder)
        observed.calls.push(`synced folder ${basename(folder)}`)
      },
    },
  }
  return observed
}
