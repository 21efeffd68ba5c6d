/** Blob stores that break one promise each: the blob-store suite has to reject every one. */
import type { BlobStore, SweepOptions } from '../ports/blob-store.ts'

export type BlobStoreMutant = {
  readonly name: string
  /** The case that has to fail. */
  readonly killedBy: string
  /** Breaks a good blob store in this one way. */
  readonly mutate: (blobs: BlobStore) => BlobStore
}

const having =
  (parts: (blobs: BlobStore) => Partial<BlobStore>): BlobStoreMutant['mutate'] =>
  (blobs) => ({
    contract: 1,
    put: (digest, text) => blobs.put(digest, text),
    get: (digest) => blobs.get(digest),
    ...parts(blobs),
  })

const onText = (change: (text: string) => string): BlobStoreMutant['mutate'] =>
  having((blobs) => ({ put: (digest, text) => blobs.put(digest, change(text)) }))

const onDigest = (change: (digest: string) => string): BlobStoreMutant['mutate'] =>
  having((blobs) => ({ put: (digest, text) => blobs.put(change(digest), text), get: (digest) => blobs.get(change(digest)) }))

/** A cache in place of a store. */
function lastTen(blobs: BlobStore): Partial<BlobStore> {
  const latest: string[] = []
  return {
    async put(digest, text) {
      latest.push(digest)
      if (latest.length > 10) latest.shift()
      await blobs.put(digest, text)
    },
    get: async (digest) => (latest.includes(digest) ? blobs.get(digest) : undefined),
  }
}

/** Sweeps as it should, but for the one way. */
const sweeping = (isLeft: (digest: string, options: SweepOptions) => boolean, lies = 0): BlobStoreMutant['mutate'] =>
  having(() => {
    const texts = new Map<string, string>()
    return {
      put: async (digest, text) => void texts.set(digest, text),
      get: async (digest) => texts.get(digest),
      async sweep(options) {
        const left = [...texts.keys()].filter((digest) => isLeft(digest, options))
        for (const digest of left) texts.delete(digest)
        return left.length + lies
      },
    }
  })

const isOldEnough = ({ minimumAgeMs }: SweepOptions): boolean => minimumAgeMs === 0

/** Each is killed by the case that it names, and every case of the suite kills at least one. */
export const blobStoreMutants: readonly BlobStoreMutant[] = [
  {
    name: 'refuses what is there already',
    killedBy: 'blob.put',
    mutate: having((blobs) => ({
      async put(digest, text) {
        if ((await blobs.get(digest)) !== undefined) throw new Error('UNIQUE constraint failed')
        await blobs.put(digest, text)
      },
    })),
  },
  {
    name: 'takes an empty text for none',
    killedBy: 'blob.put',
    mutate: having((blobs) => ({
      async get(digest) {
        const text = await blobs.get(digest)
        return text === '' ? undefined : text
      },
    })),
  },
  {
    name: 'gives an empty text for an unknown digest',
    killedBy: 'blob.get',
    mutate: having((blobs) => ({ get: async (digest) => (await blobs.get(digest)) ?? '' })),
  },
  { name: 'keeps text as UTF-8', killedBy: 'blob.get', mutate: onText((text) => new TextDecoder().decode(new TextEncoder().encode(text))) },
  { name: 'ends a text at NUL', killedBy: 'blob.get', mutate: onText((text) => text.split('\0')[0] ?? '') },
  { name: 'makes one kind of line end of another', killedBy: 'blob.get', mutate: onText((text) => text.replaceAll('\r\n', '\n')) },
  { name: 'cuts digests to 8 characters', killedBy: 'blob.digests', mutate: onDigest((digest) => digest.slice(0, 8)) },
  { name: 'names files by the end of a digest', killedBy: 'blob.digests', mutate: onDigest((digest) => digest.slice(-32)) },
  { name: 'keeps the last ten texts only', killedBy: 'blob.digests', mutate: having(lastTen) },
  { name: 'cuts a text at a megabyte', killedBy: 'blob.large', mutate: onText((text) => text.slice(0, 1_000_000)) },
  { name: 'sweeps what was put just now', killedBy: 'blob.sweep', mutate: sweeping((digest, { isNeeded }) => !isNeeded(digest)) },
  { name: 'sweeps what is needed', killedBy: 'blob.sweep', mutate: sweeping((_, options) => isOldEnough(options)) },
  { name: 'sweeps nothing', killedBy: 'blob.sweep', mutate: sweeping(() => false) },
  {
    name: 'tells of one more than it swept',
    killedBy: 'blob.sweep',
    mutate: sweeping((digest, options) => isOldEnough(options) && !options.isNeeded(digest), 1),
  },
]
