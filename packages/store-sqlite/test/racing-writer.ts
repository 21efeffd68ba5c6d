/** A process that appends to a log which others append to as well, and prints what it was told is stored. */
import { isAgentError } from '@seamfold/core/kit'
import { sqliteStore } from '../src/index.ts'

const [path = '', name = '', wanted = '0'] = process.argv.slice(2)
const store = sqliteStore(path)
const acknowledged: { offset: number; records: string[] }[] = []
let length = 0
let conflicts = 0

while (acknowledged.length < Number(wanted)) {
  const number = acknowledged.length
  const records = Array.from({ length: (number % 3) + 1 }, (_, index) => `${name} ${number}.${index}`)
  try {
    await store.append('log', records, { expected: length, sync: number % 10 === 0 })
    acknowledged.push({ offset: length, records })
    length += records.length
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error
    conflicts += 1
    for await (const { offset } of store.read('log', { from: length })) length = offset + 1
  }
}

await store.close?.()
process.stdout.write(JSON.stringify({ acknowledged, conflicts }))
