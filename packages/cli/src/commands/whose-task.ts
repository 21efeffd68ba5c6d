/** Says which command goes on with a session: one that does a task goes on with whoever asked for it. */
import { askerOf } from '@seamfold/core'
import { AgentError, type SessionStore } from '@seamfold/core/kit'
import type { Places } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'

export type Where = { readonly store: SessionStore; readonly places: Places; readonly terminal: Terminal }

/** The command that goes on with a session, or with what it does a task for. */
export async function goOnHint(id: string, where: Where): Promise<string> {
  return (await askersHint(id, where)) ?? hint(`resume ${quote(shortId(id))}`, where.places, where.terminal)
}

/** Throws `invalid_argument` for a session that does a task: gone on with alone it would not have the limits of its agent. */
export async function refuseTask(id: string, where: Where): Promise<void> {
  const way = await askersHint(id, where)
  if (way === undefined) return
  throw new AgentError(
    'invalid_argument',
    `Session ${id} does a task, with the tools and permissions of the agent that it was given to: whoever gave it goes on with it. ${way}`,
  )
}

/** Undefined for a session of its own. */
async function askersHint(id: string, { store, places, terminal }: Where): Promise<string | undefined> {
  const asker = await askerOf(store, id)
  if (asker?.rootId !== undefined) return workflowHint(asker.rootId, { places, terminal })
  if (asker?.isStep === true) return 'That is not in this journal.'
  return asker && hint(`resume ${quote(shortId(asker.sessionId))}`, places, terminal)
}

export const workflowHint = (rootId: string, { places, terminal }: Pick<Where, 'places' | 'terminal'>, file?: string): string =>
  hint(`workflow run ${file === undefined ? '<file>' : quote(file)} --resume ${quote(rootId)}`, places, terminal)
