/** A process that reads a store as an ordinary user, tries to write to it in three ways, and prints what happened. */
import { isAgentError } from '@seamfold/core/kit'
import { jsonlLeases, jsonlStore } from '../src/index.ts'

const [folder = ''] = process.argv.slice(2)
// Nothing is closed to root, so it becomes nobody.
const nobody = 65_534
if (process.getuid?.() === 0) process.setgid?.(nobody)
if (process.getuid?.() === 0) process.setuid?.(nobody)
const store = jsonlStore(folder)
const records: string[] = []
for await (const { record } of store.read('log')) records.push(record)
const keys: string[] = []
for await (const key of store.keys()) keys.push(key)

const errors: string[] = []
const attempts = [
  () => store.append('log', ['b'], { expected: 1 }),
  () => store.append('new', ['b'], { expected: 0 }),
  () => jsonlLeases(folder).acquire('session', 'me', 1_000),
]
for (const attempt of attempts) {
  try {
    await attempt()
  } catch (error) {
    errors.push(isAgentError(error) ? `${error.code}: ${error.message}` : String(error))
  }
}
process.stdout.write(JSON.stringify({ records, keys, errors }))
