/** Says which lanes are configured, and which calls they have given up. */
import { existsSync } from 'node:fs'
import { type DeadLetter, laneQueue } from '@seamfold/core'
import type { LanesConfig } from '../config/config.ts'
import { plural } from '../render/text.ts'
import { openExistingJournal } from '../setup/store.ts'

/** Letters that are named. */
const NAMED = 5

/** A line for each lane that is configured, then the letters. Empty where there are neither. */
export async function checkLanes(lanes: LanesConfig | undefined, storePath: string): Promise<readonly string[]> {
  const letters = await lettersIn(storePath)
  const { concurrency, tools = {}, ...each } = lanes ?? {}
  const limits = Object.entries(each).map(([name, limit]) => `${name}: ${describe(limit)}`)
  const own = Object.entries(tools).map(([tool, lane]) => `${tool} in ${lane}`)
  return [
    ...(concurrency === undefined ? [] : [`${concurrency} at once in all`]),
    ...limits,
    ...(own.length === 0 ? [] : [own.join(', ')]),
    ...(letters.length === 0
      ? []
      : [`${plural(letters.length, 'call')} given up, the latest: ${letters.slice(-NAMED).map(named).join('; ')}`]),
  ]
}

const describe = (limits: object): string =>
  Object.entries(limits)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ') || 'as usual'

const named = ({ toolName, sessionId, error }: DeadLetter): string => `${toolName} of ${sessionId} (${error})`

async function lettersIn(storePath: string): Promise<readonly DeadLetter[]> {
  if (!existsSync(storePath)) return []
  const journal = await openExistingJournal(storePath)
  try {
    return await laneQueue({ store: journal.store }).deadLetters()
  } finally {
    await journal.close()
  }
}
