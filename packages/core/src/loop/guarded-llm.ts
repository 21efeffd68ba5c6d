/** Holds any model client to its contract, so that adapters can be plain and the loop need not check. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { onAbort } from '../base/signals.ts'
import type { LlmClient, LlmEvent } from '../ports/llm-client.ts'
import type { ModelStream } from './middleware.ts'

/** The client's stream: one `done`, last; our errors only; stopped by the signal also when the client ignores it. */
export async function* guardedStream(client: LlmClient, ...[request, { signal }]: Parameters<LlmClient['stream']>): ModelStream {
  signal.throwIfAborted()
  const iterator = client.stream(request, { signal })[Symbol.asyncIterator]()
  const interrupt = interruptible(signal)
  let finished = false
  try {
    for (;;) {
      const { done, value } = await interrupt.race(iterator.next())
      if (done === true) break
      if (finished) throw broken(client, 'went on after it was done')
      finished = endsIn(client, value)
      yield value
    }
  } catch (error) {
    signal.throwIfAborted()
    throw isAgentError(error)
      ? error
      : new AgentError('contract_violation', `The model client of ${client.model.id} threw no AgentError: ${toMessage(error)}`, {
          cause: error,
        })
  } finally {
    interrupt.release()
    // A client that ignores its signal must not hold the run up: it is told, not waited for.
    void iterator.return?.().then(undefined, () => {})
  }
  if (!finished) throw new AgentError('llm_unavailable', `The stream of ${client.model.id} ended before it was done`)
}

/** Whether the batch ends the stream. */
function endsIn(client: LlmClient, batch: readonly LlmEvent[]): boolean {
  const at = batch.findIndex(({ type }) => type === 'done')
  if (at !== -1 && at !== batch.length - 1) throw broken(client, 'sent deltas after it was done')
  return at !== -1
}

const broken = (client: LlmClient, what: string): AgentError =>
  new AgentError('contract_violation', `The model client of ${client.model.id} ${what}`)

/** Races many promises against one signal with one listener. */
function interruptible(signal: AbortSignal): { race<T>(promise: Promise<T>): Promise<T>; release(): void } {
  let interrupt: ((reason: unknown) => void) | undefined
  const release = onAbort(signal, () => interrupt?.(signal.reason))
  return {
    race: (promise) =>
      new Promise((resolve, reject) => {
        interrupt = reject
        promise.then(resolve, reject)
      }),
    release,
  }
}
