/** The remote executor passes the executor suite: over a real socket, and through networks that misbehave. */
import { agentExecutorSuite, runConformance, type ExecutorSubject } from '@seamfold/core/testing'
import { describe, test } from 'vitest'
import type { Weather } from './support/proxy.ts'
import { randomFrom } from './support/random.ts'
import { gate } from './support/steps.ts'
import { type Disposable, subject } from './support/subject.ts'

/** What weather there is, made anew for each case. */
const networks: Readonly<Record<string, () => Weather | undefined>> = {
  'a real socket': () => undefined,
  'a network that splits everything into small pieces': () => (data) => ({ pieces: split(data, data.length > 10_000 ? 1000 : 3) }),
  'a network that delays': () => (data) => ({ pieces: [data], delayMs: 3 }),
  'a network that cuts the first five connections':
    () =>
    (data, { connection, passed }) => {
      const limit = 300 + connection * 211
      if (connection >= 5 || passed + data.length < limit) return { pieces: [data] }
      return { pieces: [data.subarray(0, Math.max(0, limit - passed))], cut: true }
    },
  'a network that sends some pieces twice':
    () =>
    (data, { connection, passed }) => ({
      pieces: connection < 3 && passed > 400 ? [data, data] : [data],
    }),
  'a network that swaps halves':
    () =>
    (data, { connection, passed }) => ({
      pieces: connection < 3 && passed > 400 ? split(data, Math.ceil(data.length / 2)).toReversed() : [data],
    }),
  'a network in which connections overtake each other': overtaking,
  'a network that does all of that at random': () => storm(randomFrom(5)),
}

for (const [name, weather] of Object.entries(networks)) {
  runConformance<ExecutorSubject>(
    agentExecutorSuite,
    { name: `remoteExecutor over ${name}`, create: () => subject(weather()), destroy: (each) => (each as Disposable).end() },
    { describe, test },
  )
}

/** What a caller says last on each of its first connections arrives when the next one has introduced itself. */
function overtaking(): Weather {
  const introduced = Array.from({ length: 6 }, gate)
  return (data, { direction, connection, passed }) => {
    if (direction === 'down') return { pieces: [data] }
    if (passed > 0) introduced[connection]?.open()
    const next = introduced[connection + 1]
    return next === undefined || passed < 400 ? { pieces: [data] } : { pieces: [data], leave: true, after: next.opened }
  }
}

/** Connections that are cut sooner or later, most in the middle of something, with what they carry in pieces and late. */
function storm(random: () => number): Weather {
  return (data, { connection }) => {
    const pieces = split(data, 1 + Math.floor(random() * data.length))
    if (connection < 6 && random() < 0.1) return { pieces: pieces.slice(0, Math.floor(random() * pieces.length)), cut: true }
    return { pieces, delayMs: Math.floor(random() * 3) }
  }
}

function split(data: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(data.length / size) }, (_, index) => data.subarray(index * size, (index + 1) * size))
}
