/** How the corpus keeps stores: as lines, one a record, and beside them what each session folds to. */
import { AppendList } from '../../src/base/append-list.ts'
import { memoryStore, openSession, type SessionState, storedSessions, verifySession } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'

type Line = { readonly key: string; readonly record: string }

export async function toLines(store: SessionStore): Promise<string> {
  const lines: string[] = []
  for await (const key of store.keys()) for await (const { record } of store.read(key)) lines.push(JSON.stringify({ key, record }))
  return lines.map((line) => `${line}\n`).join('')
}

export async function toStore(lines: string): Promise<SessionStore> {
  const logs = new Map<string, string[]>()
  for (const line of lines.trimEnd().split('\n')) {
    const { key, record } = JSON.parse(line) as Line
    logs.set(key, [...(logs.get(key) ?? []), record])
  }
  const store = memoryStore()
  for (const [key, records] of logs) await store.append(key, records, { expected: 0 })
  return store
}

/** What every session of a store comes to. */
export async function toFolds(store: SessionStore): Promise<unknown> {
  const folds: Record<string, unknown> = {}
  for await (const id of storedSessions(store)) {
    const view = await openSession(store, id)
    folds[id] = { verification: await verifySession(store, id), state: toJson(await view.state()) }
  }
  return folds
}

/** A state as plain JSON: lists and maps are written out. */
export const toJson = (state: SessionState): unknown =>
  JSON.parse(
    JSON.stringify(state, (_, value: unknown) => {
      if (value instanceof AppendList) return value.toArray()
      return value instanceof Map ? Object.fromEntries(value) : value
    }),
  )
