/** `seamfold sessions`: what is in the journal, as a list and as conversations. */
import { openSession, type SessionState } from '@seamfold/core'
import { type SessionStore, toMessage } from '@seamfold/core/kit'
import { ago, dollars } from '../render/measure.ts'
import { tableLines } from '../render/table.ts'
import { oneLine, plural } from '../render/text.ts'
import { beginTranscript, transcribe } from '../render/transcript.ts'
import type { Style } from '../render/style.ts'
import { findPlaces, type SharedOptions } from '../setup/settings.ts'
import { openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { findSession, sessionIds, shortId } from './find-session.ts'
import { hint } from './hint.ts'

export type ListOptions = SharedOptions & { readonly json?: boolean }

type Row = {
  readonly id: string
  readonly status: string
  readonly updatedAt: number
  readonly runs: number
  readonly cost: number | undefined
  readonly prompt: string
  /** Why it cannot be read; undefined for a healthy one. */
  readonly problem?: string
}

export async function listCommand(options: ListOptions, terminal: Terminal): Promise<number> {
  const places = await findPlaces(options, terminal)
  const journal = await openExistingJournal(places.storePath)
  try {
    const rows = await readRows(journal.store)
    if (options.json === true) for (const row of rows) terminal.print(`${JSON.stringify(row)}\n`)
    else if (rows.length === 0) terminal.print(`There are no sessions in ${places.storePath} yet.\n`)
    else {
      const style = terminal.style()
      const [first] = rows
      const show =
        first === undefined
          ? ''
          : `\n${style.colors.dim(`Look into one: ${hint(`sessions show ${shortId(first.id)}`, places, terminal)}`)}\n`
      terminal.print(`${sessionTable(rows, terminal.now(), style).join('\n')}\n${show}`)
    }
    return 0
  } finally {
    await journal.close()
  }
}

/** Every session, the last used first. One that cannot be read does not hide the others. */
async function readRows(store: SessionStore): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const id of await sessionIds(store)) {
    try {
      rows.push(rowOf(id, await (await openSession(store, id)).state()))
    } catch (error) {
      rows.push({ id, status: 'unreadable', updatedAt: 0, runs: 0, cost: undefined, prompt: '', problem: toMessage(error) })
    }
  }
  return rows.toSorted((a, b) => b.updatedAt - a.updatedAt)
}

function rowOf(id: string, state: SessionState): Row {
  const { run, ended } = state
  const first = ended.at(0) ?? run
  const words = first?.prompt.map((block) => (block.type === 'text' ? block.text : '[image]')).join(' ') ?? ''
  const open = run !== undefined && ended.at(-1)?.id !== run.id
  return {
    id,
    status: run?.status ?? 'empty',
    updatedAt: state.updatedAt,
    runs: ended.length + (open ? 1 : 0),
    cost: state.cost,
    prompt: oneLine(words),
  }
}

function sessionTable(rows: readonly Row[], now: number, style: Style): readonly string[] {
  const { colors } = style
  const paintStatus = (cell: string): string => {
    const status = cell.trim()
    if (status === 'completed') return colors.green(cell)
    return status === 'failed' || status === 'unreadable' ? colors.red(cell) : colors.yellow(cell)
  }
  const columns = [
    { title: 'SESSION', paint: colors.bold },
    { title: 'STATUS', paint: paintStatus },
    { title: 'USED', paint: colors.dim },
    { title: 'RUNS' },
    { title: 'COST' },
    { title: 'FIRST PROMPT' },
  ]
  const cells = rows.map((row) => [
    shortId(row.id),
    row.status,
    row.updatedAt === 0 ? '' : ago(row.updatedAt, now),
    String(row.runs),
    row.cost === undefined ? '' : dollars(row.cost),
    row.problem ?? row.prompt,
  ])
  return tableLines(columns, cells, style)
}

export type ShowOptions = SharedOptions & { readonly json?: boolean; readonly reasoning?: boolean }

/** Prints a conversation as it was when it happened, from the facts in the journal alone. */
export async function showCommand(id: string | undefined, options: ShowOptions, terminal: Terminal): Promise<number> {
  const places = await findPlaces(options, terminal)
  const journal = await openExistingJournal(places.storePath)
  try {
    const view = await findSession(journal.store, id)
    if (options.json === true) {
      for await (const envelope of view.events({ follow: false })) terminal.print(`${JSON.stringify(envelope)}\n`)
      return 0
    }
    const style = terminal.style()
    const state = await view.state()
    const runs = state.ended.length + (state.run !== undefined && state.ended.at(-1)?.id !== state.run.id ? 1 : 0)
    const created = new Date(state.createdAt).toISOString().replace('T', ' ').slice(0, 16)
    terminal.print(
      `${style.colors.bold(`Session ${view.id}`)}  ${style.colors.dim(`${created} UTC, ${plural(runs, 'run')}, ${plural(state.length, 'fact')}`)}\n\n`,
    )
    let transcript = beginTranscript
    for await (const envelope of view.events({ follow: false })) {
      const printed = transcribe(transcript, envelope, {
        style,
        ...(options.reasoning === undefined ? {} : { reasoning: options.reasoning }),
      })
      transcript = printed.transcript
      terminal.print(printed.output)
    }
    return 0
  } finally {
    await journal.close()
  }
}
