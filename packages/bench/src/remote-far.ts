/** The far side of the remote rows, in a process of its own: a worker whose steps do nothing, and a bare echo beside it. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serveExecutor } from '@seamfold/executor-remote'
import { WebSocketServer } from 'ws'
import { outcomeOf } from './idle-step.ts'

const serving = await serveExecutor({ contract: 1, concurrencyHint: 64, executeStep: async (spec) => outcomeOf(spec) })

/** What the worker would say to a step, always the same. */
const answer = JSON.stringify({
  seq: 1000,
  type: 'outcome',
  id: 'step-00000000-0000-0000-0000-000000000000',
  outcome: outcomeOf({ taskId: 'step-1000', agent: 'default', description: '', prompt: '' }),
})
const echo = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
echo.on('connection', (socket) => socket.on('message', () => socket.send(answer)))
await once(echo, 'listening')

process.send?.({ worker: serving.url, echo: `ws://127.0.0.1:${(echo.address() as AddressInfo).port}/` })
process.on('message', () => process.send?.(process.cpuUsage()))
