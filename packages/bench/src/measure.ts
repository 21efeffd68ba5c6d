/** Takes interleaved samples of several loops doing the same work, and pairs them within a pass. */
import { execFile, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Sample } from './sample.ts'

const run = promisify(execFile)
const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export interface Server {
  readonly port: number
  close(): void
}

export async function startServer(): Promise<Server> {
  const child = fork(file('./server.ts'), { stdio: 'inherit' })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)))
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)))
  })
  return { port, close: () => child.disconnect() }
}

/** `kind:amount:parallel`, e.g. `rounds:50:1`; a fourth part repeats it one after the other. */
export async function takeSample(loop: string, workload: string, server: Server): Promise<Sample> {
  const { stdout } = await run(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', file('./sample.ts'), loop, workload, String(server.port)],
    { maxBuffer: 1e7 },
  )
  return JSON.parse(stdout)
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** What one loop came to, against the plain SDK loop of the same pass. */
export type Row = {
  readonly workload: string
  readonly loop: string
  /** Microseconds of CPU per unit, median. */
  readonly cpuUs: number
  readonly wallUs: number
  readonly heapMb: number
  /** CPU of this loop by that of the plain SDK loop, pass by pass: median, least and most; and best by best. */
  readonly ratio: { readonly median: number; readonly least: number; readonly most: number; readonly best: number }
  readonly wallRatio: number
}

export type Comparison = {
  readonly workload: string
  readonly loops: readonly string[]
  readonly passes: number
  readonly baseline: string
}

export async function compare({ workload, loops, passes, baseline }: Comparison, server: Server): Promise<readonly Row[]> {
  const samples = new Map<string, Sample[]>(loops.map((loop) => [loop, []]))
  for (let pass = 0; pass < passes; pass++) {
    for (const loop of pass % 2 === 0 ? loops : loops.toReversed()) samples.get(loop)?.push(await takeSample(loop, workload, server))
  }
  const base = samples.get(baseline) ?? []
  return loops.map((loop) => {
    const own = samples.get(loop) ?? []
    const ratios = own.map(({ cpuUs }, pass) => cpuUs / (base[pass]?.cpuUs ?? NaN))
    const least = (of: readonly Sample[]): number => Math.min(...of.map(({ cpuUs }) => cpuUs))
    return {
      workload,
      loop,
      cpuUs: median(own.map(({ cpuUs, units }) => cpuUs / units)),
      wallUs: median(own.map(({ wallUs, units }) => wallUs / units)),
      heapMb: median(own.map(({ heapMb }) => heapMb)),
      ratio: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios), best: least(own) / least(base) },
      wallRatio: median(own.map(({ wallUs }, pass) => wallUs / (base[pass]?.wallUs ?? NaN))),
    }
  })
}
