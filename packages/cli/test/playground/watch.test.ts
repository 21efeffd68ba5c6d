/** A session that is followed where no agent is: the journal's watch says when there is something new. */
import { createAgent } from '@seamfold/core'
import type { WatchStore } from '@seamfold/core/kit'
import { scriptedLlm } from '@seamfold/core/testing'
import { sqliteDatabase, sqliteStore, sqliteWatch } from '@seamfold/store-sqlite'
import { expect, test } from 'vitest'
import { Sessions } from '../../src/playground/sessions.ts'

/** A watch that notes which logs are watched. */
function noting(watch: WatchStore) {
  const watched: string[] = []
  const noted: WatchStore = {
    contract: 1,
    watch(prefix, options) {
      watched.push(prefix)
      return watch.watch(prefix, options)
    },
  }
  return { watched, noted }
}

test('what another agent writes is seen when the watch wakes', async () => {
  const database = sqliteDatabase(':memory:')
  const store = sqliteStore(database)
  const agent = createAgent({ llm: scriptedLlm(['First.', 'Second.']), store })
  const session = await agent.session({ id: 's' })
  await (
    await session.send('one')
  ).result
  const { watched, noted } = noting(sqliteWatch(database))
  const { view, release } = await new Sessions({ store, watch: noted }).read('s')
  const ends: string[] = []
  for await (const { event } of view.events()) {
    if (event.type !== 'agent_end') continue
    ends.push(event.text)
    if (ends.length === 2) break
    await session.send('two')
  }
  expect(watched).toEqual(['journal/s'])
  expect(ends).toEqual(['First.', 'Second.'])
  release()
  await agent.close()
  await database.close()
})
