/** Runs agent steps on other machines over WebSocket: both ends. */
export { remoteExecutor, type RemoteExecutor } from './client/remote-executor.ts'
export type { RemoteExecutorOptions, TlsOptions } from './client/options.ts'
export { executorPool, type ExecutorPool, type ExecutorPoolOptions } from './pool/executor-pool.ts'
export type { WorkerState, WorkerStatus } from './client/worker-status.ts'
export { serveExecutor, type Serving } from './server/serve-executor.ts'
export type { ServeOptions } from './server/options.ts'
export type { Authenticate, Presented } from './server/authenticate.ts'
