/** A process that wants two hundred leases, one after the other, and prints who got each. */
import { jsonlLeases } from '../src/index.ts'

const [folder = '', name = ''] = process.argv.slice(2)
const leases = jsonlLeases(folder)

// All start at one word from the parent.
process.stdout.write('ready\n')
for await (const _ of process.stdin) break

const holders: string[] = []
for (let index = 0; index < 200; index++) holders.push((await leases.acquire(`session ${index}`, name, 60_000)).holder)
process.stdout.write(`${JSON.stringify(holders)}\n`)
