/** `remoteExecutor({ url, token })`: runs steps on a worker at the other end of a WebSocket. */
import { guardedExecutor, type AgentExecutor } from '@seamfold/core/kit'
import { pursue, type Attempt } from './pursue.ts'
import { settingsOf, type RemoteExecutorOptions } from './options.ts'
import { RemoteWorker } from './remote-worker.ts'

export interface RemoteExecutor extends AgentExecutor {
  readonly concurrencyHint: number
  /** Stops its steps on the worker, which fail here with words, and leaves. Idempotent. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const DEFAULT_CONCURRENCY = 8

/**
 * Connects when the first step needs it, and holds the process only while steps are under way.
 * A lost connection is restored, and nothing is lost or doubled; a worker that is gone fails its steps in words, unless it comes
 * back and has journaled them: then they go on where their journal stands.
 * Throws `invalid_argument` for a URL that cannot work and for a token that would travel in the clear.
 */
export function remoteExecutor(options: RemoteExecutorOptions): RemoteExecutor {
  const settings = settingsOf(options)
  const worker = new RemoteWorker(settings)
  const attempt: Attempt = (spec, stepOptions, journal) => worker.run(spec, stepOptions, journal)
  const { executeStep } = guardedExecutor({
    contract: 1,
    executeStep: (spec, stepOptions) => pursue(attempt, spec, { options: stepOptions, host: settings.system }),
  })
  const close = (): Promise<void> => worker.close()
  return {
    contract: 1,
    get concurrencyHint() {
      return options.concurrencyHint ?? worker.welcome?.capacity ?? DEFAULT_CONCURRENCY
    },
    executeStep,
    close,
    [Symbol.asyncDispose]: close,
  }
}
