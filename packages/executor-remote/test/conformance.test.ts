/** The remote executor passes the executor suite: over a real socket, and through networks that misbehave. */
import { agentExecutorSuite, runConformance, type ExecutorSubject } from '@seamfold/core/testing'
import { describe, test } from 'vitest'
import type { Weather } from './support/proxy.ts'
import { type Disposable, subject } from './support/subject.ts'

const networks: Readonly<Record<string, Weather | undefined>> = {
  'a real socket': undefined,
  'a network that splits everything into small pieces': (data) => ({ pieces: split(data, data.length > 10_000 ? 1000 : 3) }),
  'a network that delays': (data) => ({ pieces: [data], delayMs: 3 }),
  'a network that cuts the first five connections': (data, { connection, passed }) => {
    const limit = 300 + connection * 211
    if (connection >= 5 || passed + data.length < limit) return { pieces: [data] }
    return { pieces: [data.subarray(0, Math.max(0, limit - passed))], cut: true }
  },
  'a network that sends some pieces twice': (data, { connection, passed }) => ({
    pieces: connection < 3 && passed > 400 ? [data, data] : [data],
  }),
  'a network that swaps halves': (data, { connection, passed }) => ({
    pieces: connection < 3 && passed > 400 ? split(data, Math.ceil(data.length / 2)).toReversed() : [data],
  }),
}

for (const [name, weather] of Object.entries(networks)) {
  runConformance<ExecutorSubject>(
    agentExecutorSuite,
    { name: `remoteExecutor over ${name}`, create: () => subject(weather), destroy: (each) => (each as Disposable).end() },
    { describe, test },
  )
}

function split(data: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(data.length / size) }, (_, index) => data.subarray(index * size, (index + 1) * size))
}
