/** Lets runs go on that another program has answered, as those go on that are answered on the page. */
import type { Agent } from '@seamfold/core'
import type { WatchStore } from '@seamfold/core/kit'
import { goOn } from './go-on.ts'
import type { Sessions } from './sessions.ts'

/** What other programs say to a session is stored under such keys. */
const said = 'inbox/'

type Answering = { readonly agent: Agent; readonly watch: WatchStore; readonly sessions: Sessions; readonly signal: AbortSignal }

/** Resolves when the signal fires. Only sessions that are open here go on: others are those of whoever works on them. */
export async function goOnWhenAnswered({ agent, watch, sessions, signal }: Answering): Promise<void> {
  try {
    for await (const _ of watch.watch(said, { signal })) {
      for await (const { sessionId, status } of agent.unfinished()) {
        if (status !== 'answered' || !sessions.isOpen(sessionId)) continue
        await goOn(await sessions.open(sessionId)).catch(() => undefined) // it still waits in the journal, and the page offers to resume
      }
    }
  } catch {
    // Without a watch nothing goes on by itself; the page offers to resume.
  }
}
