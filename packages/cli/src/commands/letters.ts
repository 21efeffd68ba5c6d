/** `seamfold letters`: calls that their lanes gave up, driven again or thrown away. */
import { type DeadLetter, laneQueue, redriveLetter } from '@seamfold/core'
import { AgentError, type LaneQueue } from '@seamfold/core/kit'
import { ago } from '../render/measure.ts'
import { tableLines } from '../render/table.ts'
import { oneLine, plural, visibleLine } from '../render/text.ts'
import { recall, type Remembered } from '../setup/remembered.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { settingsAsStarted } from './as-started.ts'
import { EXIT, exitCodeOfRun } from './exit-code.ts'
import { findSession, shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'
import { waitingLines } from './waiting.ts'
import { type Scene, withJournal } from './with-journal.ts'
import { withWork } from './work.ts'

type Listing = SharedOptions & { readonly json?: boolean }

const lettersOf = ({ journal }: Scene): LaneQueue => laneQueue({ store: journal.store })

export function lettersCommand({ json, ...options }: Listing, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async (scene) => {
    const letters = await lettersOf(scene).deadLetters()
    if (json === true) for (const letter of letters) terminal.print(`${JSON.stringify(letter)}\n`)
    else if (letters.length === 0) terminal.print('No call was given up.\n')
    else terminal.print(`${listLines(letters, scene).join('\n')}\n`)
    return EXIT.completed
  })
}

function listLines(letters: readonly DeadLetter[], { terminal, places }: Scene): readonly string[] {
  const rows = letters.map(({ id, toolName, args, error, attempts, mayHaveHappened, timestamp }) => [
    shortLetter(id),
    `${toolName} ${oneLine(JSON.stringify(args))}`,
    oneLine(error),
    `${attempts}${mayHaveHappened ? ', may have happened' : ''}`,
    ago(timestamp, terminal.now()),
  ])
  const titles = ['LETTER', 'CALL', 'WHY', 'TRIED', 'WHEN'].map((title) => ({ title }))
  return [
    ...tableLines(
      titles,
      rows.map((row) => row.map(visibleLine)),
      terminal.style(),
    ),
    '',
    `To make one again: ${hint('letters drive <letter>', places, terminal)}; to forget it: ${hint('letters discard <letter>', places, terminal)}`,
  ]
}

export function discardCommand(given: readonly string[], options: SharedOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async (scene) => {
    const queue = lettersOf(scene)
    const letters = await Promise.all(given.map((each) => findLetter(queue, each)))
    for (const { id } of letters) await queue.discard(id)
    terminal.print(`${plural(letters.length, 'letter')} discarded.\n`)
    return EXIT.completed
  })
}

type Driving = SharedOptions & { readonly again?: boolean }

/** With the settings of the run that made the call, and through all its gates. */
export async function driveCommand(given: string, { again = false, ...options }: Driving, terminal: Terminal): Promise<number> {
  const found: { letter?: DeadLetter; remembered?: Remembered | undefined } = {}
  await withJournal(options, terminal, async (scene) => {
    found.letter = await findLetter(lettersOf(scene), given)
    if (found.letter.mayHaveHappened && !again) throw mayHaveHappened(found.letter)
    const { sessionId, runId } = found.letter
    const view = await findSession(scene.journal, sessionId)
    const { ended, run: last } = await view.state()
    const run = [...ended.toArray(), ...(last === undefined ? [] : [last])].find(({ id }) => id === runId)
    found.remembered = run && (await recall(scene.journal.store, run.sendId))
    return EXIT.completed
  })
  const { letter, remembered } = found
  if (letter === undefined) return EXIT.failed
  const settings = await settingsAsStarted(options, terminal, remembered)
  return withWork({ settings, terminal, format: 'text' }, async ({ assembled, interrupt }) => {
    const { options: agentOptions, journal } = assembled
    const lanes = agentOptions.lanes ?? laneQueue({ store: journal.store })
    const result = await redriveLetter({ ...agentOptions, lanes }, { id: letter.id, again })
    const place = { places: settings, terminal }
    if (result.status === 'suspended') terminal.print(`${(await waitingLines(result.waitingFor, place)).join('\n')}\n`)
    else if (result.status === 'completed') terminal.print(`${letter.toolName}: ${result.text}\n`)
    terminal.print(`What came of it: ${hint(`sessions show ${quote(shortId(letter.sessionId))}`, settings, terminal)}\n`)
    return exitCodeOfRun(result, interrupt.code())
  })
}

const PREFIX = 'letter-'
const SHORT = 8

const shortLetter = (id: string): string => id.slice(PREFIX.length, PREFIX.length + SHORT)

/** By its id, or the beginning of it. */
async function findLetter(queue: LaneQueue, given: string): Promise<DeadLetter> {
  const letters = await queue.deadLetters()
  const wanted = given.startsWith(PREFIX) ? given : PREFIX + given
  const found = letters.filter(({ id }) => id.startsWith(wanted))
  const [letter, another] = found
  if (letter === undefined || given === '')
    throw new AgentError('request_not_found', `There is no letter '${given}'. ${letters.length === 0 ? 'There are none.' : known(letters)}`)
  if (another !== undefined) throw new AgentError('invalid_argument', `'${given}' fits several letters. ${known(found)}`)
  return letter
}

const known = (letters: readonly DeadLetter[]): string => `There are: ${letters.map(({ id }) => shortLetter(id)).join(', ')}`

const mayHaveHappened = ({ id, toolName }: DeadLetter): AgentError =>
  new AgentError(
    'unsupported',
    `The call of '${toolName}' may have had its effect, and would have it once more. Find out; then: seamfold letters discard ${shortLetter(id)}, or letters drive ${shortLetter(id)} --again`,
  )
