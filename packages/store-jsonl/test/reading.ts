/** Reads stores and errors in the ways that many tests need. */
import { isAgentError, type SessionStore } from '@seamfold/core/kit'
import { jsonlStore } from '../src/index.ts'

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

export const recordsIn = async (store: SessionStore, key = 'log', from = 0): Promise<string[]> =>
  (await collect(store.read(key, { from }))).map(({ record }) => record)

/** The records of a log, as a process reads them that has not seen it before. */
export const recordsOf = async (folder: string, key = 'log'): Promise<string[]> => {
  const store = jsonlStore(folder)
  try {
    return await recordsIn(store, key)
  } finally {
    await store.close?.()
  }
}

export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** An error as `code: message`, or what else it is. */
export const told = (error: unknown): string => (isAgentError(error) ? `${error.code}: ${error.message}` : String(error))
