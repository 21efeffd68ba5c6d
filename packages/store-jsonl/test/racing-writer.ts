/** A process that fights others for each place in a log without a pause, and prints what it was told is stored. */
import { isAgentError } from '@seamfold/core/kit'
import { jsonlStore } from '../src/index.ts'

const BATCH = 3

const [folder = '', name = '', wanted = '0'] = process.argv.slice(2)
const store = jsonlStore(folder)
const acknowledged: { offset: number; records: string[] }[] = []
let conflicts = 0

// All start at one word from the parent.
process.stdout.write('ready\n')
for await (const _ of process.stdin) break

for (let place = 0; place < Number(wanted);) {
  const records = Array.from({ length: BATCH }, (_, index) => `${name} ${acknowledged.length}.${index}`)
  try {
    await store.append('log', records, { expected: place, sync: acknowledged.length % 10 === 0 })
    acknowledged.push({ offset: place, records })
    // Leaves the next place to the others and lies in wait for the one after, so that none is taken without a fight.
    place += 2 * BATCH
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error
    conflicts += 1
    place = Math.max(place, Number(error.details['length']))
  }
}

await store.close?.()
process.stdout.write(`${JSON.stringify({ acknowledged, conflicts })}\n`)
