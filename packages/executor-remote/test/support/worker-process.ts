/** A worker in a process of its own: serves steps, and tells its parent the URL and which steps started or were stopped. */
import { serveExecutor } from '../../src/index.ts'
import { eventOf, executorOf, outcomeOf } from './steps.ts'

const executor = executorOf(async (spec, { signal, onEvent }) => {
  process.send?.({ started: spec.taskId })
  onEvent(eventOf(spec, 0, { durable: true, text: `by process ${process.pid}` }))
  if (spec.prompt === 'forever') {
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        process.send?.({ stopped: spec.taskId })
        reject(signal.reason as Error)
      })
    })
  }
  return outcomeOf(spec, `done by process ${process.pid}`)
})

const serving = await serveExecutor(executor, {
  token: 'secret',
  graceMs: Number(process.argv[2] ?? 300),
})
process.send?.({ url: serving.url })
