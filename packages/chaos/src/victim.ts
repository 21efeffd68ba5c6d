/** One worker that things happen to: killed and started again, stopped and continued, cut off. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startRelay, type Relay } from './relay.ts'
import type { WorkerMessage, WorkerOptions } from './serve-worker.ts'

export interface Victim {
  readonly url: string
  /** The most memory that any of its processes took, in bytes. */
  readonly peakRss: number
  /** Something else is being done to it. */
  readonly busy: boolean
  /** SIGKILL, and a new process after so long. */
  kill(downMs: number): Promise<void>
  /** SIGSTOP, and SIGCONT after so long. */
  stop(stoppedMs: number): Promise<void>
  /** Gives how many connections there were. */
  cut(): number
  end(): Promise<void>
}

export async function startVictim(module: URL, options: WorkerOptions): Promise<Victim> {
  const relay = await startRelay()
  let peakRss = 0
  const start = async (): Promise<ChildProcess> => {
    const child = fork(fileURLToPath(module), [JSON.stringify(options)], { execArgv: ['--disable-warning=ExperimentalWarning'] })
    child.on('message', (message: WorkerMessage) => {
      if ('port' in message) relay.target(message.port)
      else peakRss = Math.max(peakRss, message.rss)
    })
    await Promise.race([once(child, 'message'), failedToStart(child)])
    return child
  }
  let child = await start()
  let busy = false
  const alone = async (work: () => Promise<void>): Promise<void> => {
    busy = true
    await work().finally(() => (busy = false))
  }
  return {
    url: relay.url,
    get peakRss() {
      return peakRss
    },
    get busy() {
      return busy
    },
    kill: (downMs) =>
      alone(async () => {
        await die(child, relay)
        await pause(downMs)
        child = await start()
      }),
    stop: (stoppedMs) =>
      alone(async () => {
        child.kill('SIGSTOP')
        await pause(stoppedMs)
        child.kill('SIGCONT')
      }),
    cut: relay.cut,
    async end() {
      await die(child, relay)
      await relay.close()
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function failedToStart(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`A worker ended with exit code ${code} before it listened`)
}

async function die(child: ChildProcess, relay: Relay): Promise<void> {
  relay.target(undefined)
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
