/** `seamfold sessions show`: one conversation as it was when it happened, from the facts in the journal alone. */
import type { SessionView } from '@seamfold/core'
import { openCalls } from '../render/calls.ts'
import { describeCall } from '../render/call.ts'
import { fieldLines } from '../render/fields.ts'
import { gateLines } from '../render/gates.ts'
import { cut, plural, visible, visibleLine } from '../render/text.ts'
import { beginTranscript, type Transcript, transcribe } from '../render/transcript.ts'
import { findPlaces, type Places, type SharedOptions } from '../setup/settings.ts'
import { type Journal, openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { damageOf } from './damage.ts'
import { EXIT } from './exit-code.ts'
import { goOnField } from './asker.ts'
import { findSession } from './find-session.ts'
import { type Standing, standingOf } from './liveness.ts'
import { waitingLines } from './waiting.ts'

export type ShowOptions = SharedOptions & { readonly json?: boolean; readonly reasoning?: boolean; readonly why?: boolean }

export async function showCommand(id: string | undefined, options: ShowOptions, terminal: Terminal): Promise<number> {
  const places = await findPlaces(options, terminal)
  const journal = await openExistingJournal(places.storePath)
  try {
    const view = await findSession(journal, id)
    const damage = await damageOf(journal.store, view.id)
    if (damage !== undefined)
      terminal.complain(
        `${terminal.complaintStyle().colors.red('damaged:')} ${visible(`Session ${view.id} is damaged at ${damage}. What follows is not to be trusted.`)}\n`,
      )
    if (options.json === true) {
      for await (const envelope of view.events({ follow: false })) terminal.print(`${JSON.stringify(envelope)}\n`)
    } else {
      const transcript = await printConversation(view, options, terminal)
      const lines = await standingLines(transcript, { view, journal, places, terminal })
      if (lines.length > 0) terminal.print(`\n${lines.join('\n')}\n`)
    }
    return damage === undefined ? EXIT.completed : EXIT.failed
  } finally {
    await journal.close()
  }
}

async function printConversation(view: SessionView, { reasoning, why = false }: ShowOptions, terminal: Terminal): Promise<Transcript> {
  const style = terminal.style()
  const state = await view.state()
  const runs = state.ended.length + (state.run !== undefined && state.ended.at(-1)?.id !== state.run.id ? 1 : 0)
  const created = new Date(state.createdAt).toISOString().replace('T', ' ').slice(0, 16)
  terminal.print(
    `${style.colors.bold(`Session ${visibleLine(view.id)}`)}  ${style.colors.dim(`${created} UTC, ${plural(runs, 'run')}, ${plural(state.length, 'fact')}`)}\n\n`,
  )
  let transcript = beginTranscript
  for await (const envelope of view.events({ follow: false })) {
    const printed = transcribe(transcript, envelope, { style, ...(reasoning === undefined ? {} : { reasoning }) })
    transcript = printed.transcript
    terminal.print(printed.output)
    if (why) for (const line of gateLines(envelope.event)) terminal.print(`    ${style.colors.dim(line)}\n`)
  }
  return transcript
}

type Scene = { readonly view: SessionView; readonly journal: Journal; readonly places: Places; readonly terminal: Terminal }

/** Where a run that has not ended stands, what was under way, and how it goes on. None where every run has ended. */
async function standingLines(transcript: Transcript, { view, journal, places, terminal }: Scene): Promise<readonly string[]> {
  const standing = await standingOf(journal, view.id, await view.state())
  if (standing === undefined) return []
  const goOn = await goOnField(view.id, { store: journal.store, places, terminal })
  if (standing === 'waiting') return waitingLines(await view.waitingFor(), { places, terminal, goOn })
  const style = terminal.style()
  const { colors, signs } = style
  const sign = standing === 'cut off' ? colors.red(signs.failed) : colors.yellow(signs.waiting)
  const calls = openCalls(transcript.calls).map(
    ({ name, args }) =>
      `  ${colors.bold(visibleLine(name))} ${cut(describeCall(name, args), style.width - name.length - 4, signs.ellipsis)}`,
  )
  const asking = calls.length === 0 && (await view.state()).run?.inFlight === true
  return [
    `${sign} ${colors.bold(HEADLINES[standing][0])} ${HEADLINES[standing][1]}`,
    ...(calls.length > 0
      ? [colors.dim(standing === 'working' ? '  Under way:' : '  Started, and nobody knows how it ended:'), ...calls]
      : []),
    ...(asking ? [colors.dim('  The model had been asked and had not answered.')] : []),
    ...(standing === 'working' ? [] : ['', ...fieldLines([['Go on', goOn]], style)]),
  ]
}

const HEADLINES: Readonly<Record<Exclude<Standing, 'waiting'>, readonly [string, string]>> = {
  working: ['At work', 'in another process'],
  'cut off': ['Cut off', 'by the end of its process'],
  answered: ['Answered', 'and not gone on with yet'],
}
