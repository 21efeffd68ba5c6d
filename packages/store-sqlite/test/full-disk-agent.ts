/** An agent on a small disk that fills up while it works: prints how its run failed, and how it went on when there was space again. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { sqliteDatabase, sqliteStore } from '../src/index.ts'
import { onDisk, troubledRun } from './troubled-agent.ts'

const [, , folder = ''] = argv
const filler = join(folder, 'filler')

/** Takes all the space that there is. */
function fill(): void {
  for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 2)) {
    try {
      writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
    } catch {
      // So much does not fit any more: half of it may.
    }
  }
}

const database = sqliteDatabase(join(folder, 'sessions.db'))
const store = sqliteStore(database)
const { agent, session, result, effects } = await troubledRun(store, fill)
rmSync(filler)
const held = await onDisk(sqliteStore(join(folder, 'sessions.db')))
const inMemory = (await session.state()).length === held.length
const resumed = await (await session.resume())?.completed()
const again = await (await session.send('more')).completed()
const check = await database.check({ thorough: true })
await agent.close()
const failed = result.status === 'failed' ? `${result.error.code}: ${result.error.message}` : result.status
stdout.write(
  JSON.stringify({ failed, last: held.types.at(-1), inMemory, resumed: resumed?.text, again: again.text, effects: effects(), check }),
)
