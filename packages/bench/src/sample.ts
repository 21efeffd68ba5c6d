/** One measurement in a process of its own: warms up, does the work, and prints what it cost as JSON. */
import { randomUUID } from 'node:crypto'
import { setups } from './loops.ts'

/** `units` is what a figure is divided by: rounds, deltas or sessions. */
export type Sample = {
  readonly cpuUs: number
  readonly wallUs: number
  readonly units: number
  readonly heapMb: number
  readonly deltas: number
}

const [name = '', workload = '', port = ''] = process.argv.slice(2)
const [kind = '', amount = '0', parallel = '1', times = '1'] = workload.split(':')
const setup = await setups[name]?.()
if (setup === undefined) throw new Error(`There is no loop '${name}'`)
const { loop, close } = setup

const path = (of: string, number: string | number): string => `http://127.0.0.1:${port}/${of}${number}/v1`
const once = (of: string, number: string | number): Promise<number> => loop({ baseURL: path(of, number), run: randomUUID() })

for (let warm = 0; warm < 6; warm++) await once('rounds', 5)

globalThis.gc?.()
const heap = process.memoryUsage().rss
const cpu = process.cpuUsage()
const wall = performance.now()
let deltas = 0
if (parallel === '1') for (let done = 0; done < Number(times); done++) deltas += await once(kind, amount)
else deltas = (await Promise.all(Array.from({ length: Number(parallel) }, () => once(kind, amount)))).reduce((sum, each) => sum + each, 0)
const used = process.cpuUsage(cpu)
const sample: Sample = {
  cpuUs: used.user + used.system,
  wallUs: (performance.now() - wall) * 1000,
  units: Number(amount) * Number(parallel) * Number(times),
  heapMb: (process.memoryUsage().rss - heap) / 1e6,
  deltas,
}
await close()
process.stdout.write(JSON.stringify(sample))
process.exit()
