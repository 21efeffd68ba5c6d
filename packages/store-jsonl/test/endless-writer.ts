/** A process that appends batches, small ones and ones of megabytes, to several logs until it is killed, and prints each once it is stored. */
import { writeSync } from 'node:fs'
import { jsonlStore } from '../src/index.ts'

const [folder = ''] = process.argv.slice(2)
const store = jsonlStore(folder)

async function fill(key: string): Promise<void> {
  let length = 0
  for await (const { offset } of store.read(key)) length = offset + 1
  for (let batch = 0; ; batch++) {
    const size = (batch % 7) + 1
    const padding = 'x'.repeat(batch % 4 === 0 ? 400_000 : batch % 500)
    const records = Array.from({ length: size }, (_, index) => JSON.stringify({ start: length, size, index, padding }))
    await store.append(key, records, { expected: length, sync: batch % 5 === 0 })
    length += size
    writeSync(1, `${key} ${length}\n`)
  }
}

await Promise.all(['one', 'two', 'three'].map(fill))
