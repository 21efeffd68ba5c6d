/** `seamfold cancel`: ends a run that waits or was cut off, or asks the process that works on it to stop. */
import { type AgentOptions, createAgent } from '@seamfold/core'
import { AgentError, type LlmClient } from '@seamfold/core/kit'
import { holderHost, leasesOfTheLiving } from '../setup/holder.ts'
import { protectionHere } from '../setup/protection.ts'
import { findPlaces, secretsOf, type SharedOptions } from '../setup/settings.ts'
import { type Journal, openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { refuseDamaged } from './damage.ts'
import { EXIT } from './exit-code.ts'
import { findSession, shortId } from './find-session.ts'
import { showHint } from './hint.ts'
import { standingOf } from './liveness.ts'

export type CancelOptions = SharedOptions & { readonly message?: string }

export async function cancelCommand(given: string, { message, ...options }: CancelOptions, terminal: Terminal): Promise<number> {
  const places = await findPlaces(options, terminal)
  const journal = await openExistingJournal(places.storePath)
  const reason = message ?? 'cancelled at the command line'
  try {
    const protection = message === undefined ? {} : await protectionHere(secretsOf(options, terminal))
    const view = await findSession(journal, given, protection)
    await refuseDamaged(journal.store, view.id, showHint(view.id, places, terminal))
    const standing = await standingOf(journal, view.id, await view.state())
    if (standing === undefined) {
      terminal.complain(`Session ${view.id} has no unfinished run: there is nothing to cancel.\n`)
      return EXIT.usage
    }
    if (standing === 'working') {
      await view.cancel(reason)
      terminal.print(`Asked the process that works on ${shortId(view.id)} to stop.\n`)
    } else {
      await endRun(journal, { id: view.id, reason, protection })
      terminal.print(`Cancelled: the last run of ${shortId(view.id)}. What it had done stays done.\n`)
    }
    return EXIT.completed
  } finally {
    await journal.close()
  }
}

/** Ends a run that nobody is at work on. No model is asked for that. */
async function endRun(
  { store, leases }: Journal,
  { id, reason, protection }: { readonly id: string; readonly reason: string; readonly protection: Pick<AgentOptions, 'security'> },
): Promise<void> {
  const agent = createAgent({ ...protection, llm: noModel, store, leases: leasesOfTheLiving(leases), host: holderHost() })
  try {
    const session = await agent.session({ id, create: false })
    await session.cancel(reason)
  } finally {
    await agent.close()
  }
}

const noModel: LlmClient = {
  contract: 1,
  model: { provider: 'none', id: 'none' },
  stream() {
    throw new AgentError('unsupported', 'Ending a run asks no model.')
  },
}
