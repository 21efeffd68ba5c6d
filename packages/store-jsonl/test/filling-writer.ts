/** A process that fills its disk, makes space, goes on, and prints what happened. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAgentError } from '@seamfold/core/kit'
import { jsonlStore } from '../src/index.ts'

const [folder = ''] = process.argv.slice(2)
const store = jsonlStore(folder)
writeFileSync(join(folder, 'ballast'), Buffer.alloc(100_000))

const record = 'x'.repeat(10_000)
let stored = 0
let error = ''
while (error === '') {
  try {
    await store.append('log', [record, record, record], { expected: 3 * stored, sync: stored % 2 === 0 })
    stored += 1
  } catch (failure) {
    error = isAgentError(failure) ? `${failure.code}: ${failure.message}` : String(failure)
  }
}
rmSync(join(folder, 'ballast'))
await store.append('log', ['whole', 'again'], { expected: 3 * stored, sync: true })

const records: string[] = []
for await (const entry of jsonlStore(folder).read('log')) records.push(entry.record)
const kept = records.length === 3 * stored + 2 && records.slice(0, -2).every((each) => each === record)
process.stdout.write(JSON.stringify({ stored, error, kept, afterwards: records.slice(-2) }))
