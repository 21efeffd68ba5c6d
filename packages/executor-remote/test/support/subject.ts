/** A remote executor over a real socket, through a network of any weather, as the conformance suite wants it. */
import type { ExecutorSubject } from '@seamfold/core/testing'
import { remoteExecutor, serveExecutor } from '../../src/index.ts'
import { startProxy, type Weather } from './proxy.ts'
import { executorOf } from './steps.ts'

export interface Disposable extends ExecutorSubject {
  end(): Promise<void>
}

export const subject = (weather?: Weather): Disposable => {
  const closers: (() => Promise<void>)[] = []
  return {
    async through(handler) {
      const serving = await serveExecutor(executorOf(handler), { token: 'secret' })
      const proxy = weather === undefined ? undefined : await startProxy(serving.url, weather)
      const executor = remoteExecutor({ url: proxy?.url ?? serving.url, token: 'secret' })
      closers.push(
        () => executor.close(),
        () => serving.close(),
        async () => proxy?.close(),
      )
      return executor
    },
    async end() {
      for (const close of closers) await close()
    },
  }
}
