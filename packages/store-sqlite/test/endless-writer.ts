/** A process that appends batches to several logs until it is killed, and prints each batch once it is stored. */
import { writeSync } from 'node:fs'
import { sqliteStore } from '../src/index.ts'

const [path = ''] = process.argv.slice(2)
const store = sqliteStore(path)

async function fill(key: string): Promise<void> {
  let length = 0
  for await (const { offset } of store.read(key)) length = offset + 1
  for (let batch = 0; ; batch++) {
    const size = (batch % 7) + 1
    const records = Array.from({ length: size }, (_, index) =>
      JSON.stringify({ start: length, size, index, padding: 'x'.repeat(batch % 500) }),
    )
    await store.append(key, records, { expected: length, sync: batch % 5 === 0 })
    length += size
    writeSync(1, `${key} ${length}\n`)
  }
}

await Promise.all(['one', 'two', 'three', 'four', 'five', 'six'].map(fill))
