/** How a worker is, as its callers see it: plain types, so that whoever names them needs nothing else. */

/** `restoring`: its connection is being restored, or does not answer. `unconnected`: not tried yet, or not reached. */
export type WorkerState = 'connected' | 'restoring' | 'draining' | 'connecting' | 'unconnected'

/** How a worker of a pool is. */
export type WorkerStatus = {
  readonly url: string
  readonly state: WorkerState
  /** Steps of this pool. */
  readonly running: number
  /** Steps at once; 0 until it was connected to. */
  readonly capacity: number
  readonly labels: readonly string[]
  /** Undefined where it runs any. */
  readonly agents: readonly string[] | undefined
  /** Why it could not be reached the last time. */
  readonly failure: string | undefined
}
