/** A worker whose tools have their effect twice for each call. */
import { argv } from 'node:process'
import { serveWorker, type WorkerOptions } from '../src/serve-worker.ts'

await serveWorker({ ...(JSON.parse(argv[2] ?? '') as WorkerOptions), times: 2 })
