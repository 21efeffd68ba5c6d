/** Both ends for one test file, closed after each test. */
import type { AgentExecutor } from '@seamfold/core/kit'
import { afterEach } from 'vitest'
import {
  remoteExecutor,
  serveExecutor,
  type RemoteExecutor,
  type RemoteExecutorOptions,
  type ServeOptions,
  type Serving,
} from '../../src/index.ts'
import { startProxy, type Proxy, type Weather } from './proxy.ts'
import { rawCaller, type RawCaller } from './raw-caller.ts'

export interface Ends {
  serve(executor: AgentExecutor, options?: ServeOptions): Promise<Serving>
  proxy(target: string, weather?: Weather): Promise<Proxy>
  call(url: string, options?: Partial<RemoteExecutorOptions>): RemoteExecutor
  raw(url: string, options?: Parameters<typeof rawCaller>[1]): Promise<RawCaller>
}

/** Call it once at the top of a test file. */
export function useEnds(): Ends {
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close()
  })
  return {
    async serve(executor, options = {}) {
      const serving = await serveExecutor(executor, options)
      closers.push(serving.close)
      return serving
    },
    async proxy(target, weather) {
      const proxy = await startProxy(target, weather)
      closers.push(proxy.close)
      return proxy
    },
    call(url, options = {}) {
      const executor = remoteExecutor({ url, ...options })
      closers.push(executor.close)
      return executor
    },
    async raw(url, options) {
      const caller = await rawCaller(url, options)
      closers.push(async () => caller.socket.terminate())
      return caller
    },
  }
}
