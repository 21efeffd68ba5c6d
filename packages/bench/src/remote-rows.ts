/** What a remote step that does nothing costs over loopback, beside a bare `ws` echo of the same frames and a pool of promises, pass by pass. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { remoteExecutor } from '@seamfold/executor-remote'
import { WebSocket } from 'ws'
import { median } from './measure.ts'

export type RemoteRow = {
  readonly name: string
  /** Steps a second, against answers of the echo: medians of the passes. */
  readonly rate: number
  /** CPU of both processes, against the echo's. */
  readonly cpu: number
  readonly stepUs: number
  readonly echoUs: number
  /** Of a promise in this process, as many at once. */
  readonly poolUs: number
}

const STEPS = 5000
const WARM = 2000

/** Asks for one thing and waits for its answer. */
type Ask = (number: number) => Promise<unknown>

/** `width`: how many are under way at once. */
const shapes = [
  { name: 'one by one', width: 1 },
  { name: '64 at once', width: 64 },
  { name: '1,000 at once', width: 1000 },
] as const

export async function remoteRows(passes: number): Promise<readonly RemoteRow[]> {
  const far = fork(fileURLToPath(new URL('remote-far.ts', import.meta.url)), { execArgv: ['--disable-warning=ExperimentalWarning'] })
  try {
    const [addresses] = (await once(far, 'message')) as [{ readonly worker: string; readonly echo: string }]
    await using executor = remoteExecutor({ url: addresses.worker })
    const signal = new AbortController().signal
    const step: Ask = (number) => executor.executeStep(specOf(number), { signal })
    const socket = new WebSocket(addresses.echo, { perMessageDeflate: false })
    const echo = await asking(socket)
    const here: Ask = async (number) => specOf(number)
    for (const ask of [step, echo, here]) await run(ask, 64, WARM)
    const rows: RemoteRow[] = []
    for (const { name, width } of shapes) {
      const samples = []
      for (let pass = 0; pass < passes; pass++)
        samples.push({
          echo: await measured(far, echo, width),
          step: await measured(far, step, width),
          pool: await measured(far, here, width),
        })
      rows.push({
        name,
        rate: median(samples.map((each) => each.echo.wallUs / each.step.wallUs)),
        cpu: median(samples.map((each) => each.step.cpuUs / each.echo.cpuUs)),
        stepUs: median(samples.map((each) => each.step.wallUs)),
        echoUs: median(samples.map((each) => each.echo.wallUs)),
        poolUs: median(samples.map((each) => each.pool.wallUs)),
      })
    }
    socket.terminate()
    return rows
  } finally {
    far.kill()
  }
}

const specOf = (number: number) => ({ taskId: `step-${number}`, agent: 'default', description: 'does nothing', prompt: 'Do nothing.' })

/** The same frame for each question, and the answers in order. */
async function asking(socket: WebSocket): Promise<Ask> {
  await once(socket, 'open')
  const waiting: (() => void)[] = []
  socket.on('message', (data: Buffer) => {
    JSON.parse(data.toString())
    waiting.shift()?.()
  })
  const id = 'step-00000000-0000-0000-0000-000000000000'
  return (number) =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      socket.send(JSON.stringify({ seq: number, type: 'execute', id, spec: specOf(number), events: false }))
    })
}

async function run(ask: Ask, width: number, count: number): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await ask(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** Microseconds each, of time and of CPU in both processes. */
async function measured(far: ChildProcess, ask: Ask, width: number): Promise<{ readonly wallUs: number; readonly cpuUs: number }> {
  const [here, there, start] = [process.cpuUsage(), await cpuOf(far), performance.now()]
  await run(ask, width, STEPS)
  const wall = performance.now() - start
  const [own, other] = [process.cpuUsage(here), await cpuOf(far)]
  const cpu = own.user + own.system + other.user + other.system - there.user - there.system
  return { wallUs: (wall * 1000) / STEPS, cpuUs: cpu / STEPS }
}

async function cpuOf(far: ChildProcess): Promise<NodeJS.CpuUsage> {
  far.send('cpu')
  const [usage] = (await once(far, 'message')) as [NodeJS.CpuUsage]
  return usage
}
