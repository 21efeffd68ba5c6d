/** Follows a step to its end: one that was lost with its worker is asked for again where its journal is. */
import type { AgentStepSpec, ExecuteOptions, Host, StepOutcome } from '@seamfold/core/kit'
import { backoffMs } from './backoff.ts'
import type { StepResult } from './open-steps.ts'
import { Rejoin } from './rejoin.ts'

/** `journal` names the one that a worker must share to go on with the step; undefined where it was never begun. */
export type Attempt = (spec: AgentStepSpec, options: ExecuteOptions, journal: string | undefined) => Promise<StepResult>

/** Workers in a row that a step may lose without a new fact: it may be the step that ends them. */
const MAX_LOSSES = 5
/** Another worker has the session: one that is gone and whose lease has not run out, or one that was thought to be gone. */
const IN_OTHER_HANDS: ReadonlySet<StepOutcome['code']> = new Set<StepOutcome['code']>(['session_held', 'session_lost'])
/** Milliseconds that the lease of a worker which is gone may keep others from its session. */
const HELD_MS = 90_000

/** Rejects with the signal's reason only. */
export async function pursue(attempt: Attempt, spec: AgentStepSpec, { options, host }: Pursuit): Promise<StepOutcome> {
  const rejoin = new Rejoin(options)
  let lost: StepResult | undefined
  let losses = 0
  let heldSince: number | undefined
  for (let waits = 0; ; rejoin.again()) {
    const result = await attempt(spec, rejoin.options, lost?.journal)
    if (result.fate === 'lost' && result.journal !== undefined) {
      losses = rejoin.progressed() ? 1 : losses + 1
      lost = result
      heldSince = undefined // another one is gone now, with a lease of its own
      if (losses > MAX_LOSSES) return explained(lost.outcome, `it was lost ${losses} times in a row without getting anywhere`)
    } else if (lost === undefined) return result.outcome
    else if (result.fate !== 'settled') return explained(lost.outcome, result.outcome.output)
    else if (!IN_OTHER_HANDS.has(result.outcome.code)) return rejoin.checked(spec, result.outcome)
    else {
      heldSince ??= host.clock.now()
      if (host.clock.now() - heldSince > HELD_MS) return explained(lost.outcome, result.outcome.output)
      await host.clock.sleep(backoffMs(++waits, host), { signal: options.signal })
    }
  }
}

export type Pursuit = { readonly options: ExecuteOptions; readonly host: Host }

/** What is known of a step that was lost and could not be found again. */
const explained = (lost: StepOutcome, why: string): StepOutcome => ({ ...lost, output: `${lost.output}. Asked for again: ${why}` })
