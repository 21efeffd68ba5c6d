/** `seamfold sessions list`: what is in the journal, the last used first. */
import { openSession, type SessionState } from '@seamfold/core'
import { toMessage } from '@seamfold/core/kit'
import { ago, dollars } from '../render/measure.ts'
import { tableLines } from '../render/table.ts'
import { oneLine, plural, visibleLine } from '../render/text.ts'
import type { Style } from '../render/style.ts'
import { findPlaces, type Places, type SharedOptions } from '../setup/settings.ts'
import { type Journal, openExistingJournal } from '../setup/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { askedSessions } from './asker.ts'
import { shortId } from './find-session.ts'
import { hint, quote, showHint } from './hint.ts'
import { sessionsByUse, type Used } from './last-used.ts'
import { type Standing, standingOf } from './liveness.ts'

export type ListOptions = SharedOptions & { readonly json?: boolean; readonly all?: boolean }

/** Sessions that are told of unless all are asked for: each of them is read whole. */
const SHOWN = 30

type Row = {
  readonly id: string
  readonly status: string
  /** How a run that has not ended stands. */
  readonly standing?: Standing
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
    const used = await sessionsByUse(journal)
    const all = options.all === true || options.json === true
    const rows = await readRows(journal, all ? used : used.slice(0, SHOWN))
    if (options.json === true) for (const row of rows) terminal.print(`${JSON.stringify(row)}\n`)
    else if (rows.length === 0) terminal.print(`There are no sessions in ${places.storePath} yet.\n`)
    else {
      const asked = await askedSessions(journal.store)
      const hints = hintLines(rows, used.length - rows.length, { places, terminal, asked })
      terminal.print(`${[...sessionTable(rows, terminal.now(), terminal.style()), '', ...hints].join('\n')}\n`)
    }
    return 0
  } finally {
    await journal.close()
  }
}

/** `asked`: sessions that work for others, which go on with them. */
type Where = { readonly places: Places; readonly terminal: Terminal; readonly asked: ReadonlySet<string> }

/** What can be done with what is listed. */
function hintLines(rows: readonly Row[], hidden: number, { places, terminal, asked }: Where): readonly string[] {
  const { colors, signs } = terminal.style()
  const [first] = rows
  const open = rows.find(({ id, standing }) => !asked.has(id) && (standing === 'cut off' || standing === 'answered'))
  return [
    ...(hidden > 0 ? [`${signs.ellipsis} ${plural(hidden, 'session')} more: ${hint('sessions list --all', places, terminal)}`] : []),
    ...(first === undefined ? [] : [`Look into one: ${showHint(first.id, places, terminal)}`]),
    ...(open === undefined ? [] : [`Go on with one: ${hint(`resume ${quote(shortId(open.id))}`, places, terminal)}`]),
  ].map((line) => colors.dim(line))
}

/** Those sessions, in their order. One that cannot be read does not hide the others. */
async function readRows(journal: Journal, used: readonly Used[]): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const { id, at } of used) {
    try {
      const state = await (await openSession(journal.store, id)).state()
      rows.push(rowOf(id, state, await standingOf(journal, id, state)))
    } catch (error) {
      rows.push({ id, status: 'unreadable', updatedAt: at, runs: 0, cost: undefined, prompt: '', problem: oneLine(toMessage(error)) })
    }
  }
  return rows
}

function rowOf(id: string, state: SessionState, standing: Standing | undefined): Row {
  const { run, ended } = state
  const first = ended.at(0) ?? run
  const words = first?.prompt.map((block) => (block.type === 'text' ? block.text : '[image]')).join(' ') ?? ''
  const open = run !== undefined && ended.at(-1)?.id !== run.id
  return {
    id,
    status: run?.status ?? 'empty',
    ...(standing === undefined ? {} : { standing }),
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
    return status === 'failed' || status === 'unreadable' || status === 'cut off' ? colors.red(cell) : colors.yellow(cell)
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
    visibleLine(shortId(row.id)),
    row.standing ?? row.status,
    row.updatedAt === 0 ? '' : ago(row.updatedAt, now),
    String(row.runs),
    row.cost === undefined ? '' : dollars(row.cost),
    row.problem ?? row.prompt,
  ])
  return tableLines(columns, cells, style)
}
