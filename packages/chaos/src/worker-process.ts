/** A worker in a process of its own. */
import { argv } from 'node:process'
import { serveWorker, type WorkerOptions } from './serve-worker.ts'

await serveWorker(JSON.parse(argv[2] ?? '') as WorkerOptions)
