/** A store whose appends and deletes are places to be killed at, and which notes what it has promised. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionStore } from '../../ports/session-store.ts'
import type { KillPoints } from './kill-points.ts'

/** What a store has promised of one log. */
export type Promised = {
  /** Records that it said it has. */
  readonly stored: number
  /** Records that it said survive loss of power. */
  readonly synced: number
}

const fileIn = (directory: string): string => join(directory, 'promised.log')

/** The promises of all processes of a cut, by key. */
export function promisesIn(directory: string): ReadonlyMap<string, Promised> {
  const promises = new Map<string, Promised>()
  if (!existsSync(fileIn(directory))) return promises
  for (const line of readFileSync(fileIn(directory), 'utf8').split('\n').slice(0, -1)) {
    const [key, length, sync] = JSON.parse(line) as [string, number, boolean]
    const before = promises.get(key) ?? { stored: 0, synced: 0 }
    promises.set(key, { stored: length, synced: sync ? length : Math.min(before.synced, length) })
  }
  return promises
}

/** After loss of power only what was synced is still promised. */
export function restatePromises(directory: string): void {
  const lines = [...promisesIn(directory)].map(([key, { synced }]) => `${JSON.stringify([key, synced, true])}\n`)
  writeFileSync(fileIn(directory), lines.join(''))
}

export function watchedStore(store: SessionStore, directory: string, points: KillPoints): SessionStore {
  const promise = (key: string, length: number, sync: boolean): void =>
    appendFileSync(fileIn(directory), `${JSON.stringify([key, length, sync])}\n`)
  return {
    contract: 1,
    async append(key, records, options) {
      const name = describe(key, records)
      points.reach(`before storing ${name}`)
      await store.append(key, records, options)
      promise(key, options.expected + records.length, options.sync === true)
      points.reach(`after storing ${name}`)
    },
    read: (key, options) => store.read(key, options),
    keys: (options) => store.keys(options),
    async delete(key) {
      points.reach(`before deleting ${kindOf(key)}`)
      promise(key, 0, false) // from here on it may be gone
      await store.delete(key)
      points.reach(`after deleting ${kindOf(key)}`)
    },
    close: () => store.close?.() ?? Promise.resolve(),
  }
}

const kindOf = (key: string): string => key.slice(0, key.includes('/') ? key.indexOf('/') : undefined)

/** A journal's facts by type, anything else by the first part of its key. */
function describe(key: string, records: readonly string[]): string {
  if (kindOf(key) !== 'journal') return kindOf(key)
  return records.map((record) => /^\{"t":"([^"]*)"/.exec(record)?.[1] ?? 'record').join('+')
}
