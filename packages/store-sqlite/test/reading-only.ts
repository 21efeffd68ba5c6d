/** Reads a store on a disk that may only be read, and tries to write to it. */
/// <reference lib="esnext.array" />
import { toMessage } from '@seamfold/core/kit'
import { sqliteBlobs, sqliteDatabase, sqliteLeases, sqliteStore } from '../src/index.ts'

const told = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await work()
  } catch (error) {
    return `${(error as { code?: string }).code}: ${toMessage(error)}`
  }
}

const outcomes = process.argv.slice(2).map((path) =>
  told(async () => {
    const database = sqliteDatabase(path)
    const store = sqliteStore(database)
    const outcome = {
      keys: await Array.fromAsync(store.keys()),
      records: (await Array.fromAsync(store.read('log'))).map(({ record }) => record),
      blob: await sqliteBlobs(database).get('digest'),
      lease: (await sqliteLeases(database).read('log'))?.holder,
      append: await told(() => store.append('log', ['c'], { expected: 2 })),
      again: (await Array.fromAsync(store.read('log'))).length,
    }
    await database.close()
    return outcome
  }),
)
process.stdout.write(JSON.stringify(await Promise.all(outcomes)))
