/** `seamfold sessions redact`: replaces what facts say, for good. */
import { recordedFacts, redactFact } from '@seamfold/core'
import { AgentError, type Envelope, isAgentError } from '@seamfold/core/kit'
import { factLine } from '../render/fact-line.ts'
import { plural, visibleLine } from '../render/text.ts'
import { leasesOfTheLiving } from '../setup/holder.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { namedFact } from './find-fact.ts'
import { findSession } from './find-session.ts'
import { type Scene, withJournal } from './with-journal.ts'

export type RedactOptions = SharedOptions & {
  readonly containing?: string
  readonly replacement?: string
  readonly yes?: boolean
  readonly json?: boolean
}

export function redactCommand(words: readonly [string, ...string[]], options: RedactOptions, terminal: Terminal): Promise<number> {
  const [given, ...named] = words
  return withJournal(options, terminal, async (scene) => {
    const view = await findSession(scene.journal, given)
    // What a rewinding left behind is still in the journal.
    const facts: Envelope[] = []
    for await (const fact of recordedFacts(scene.journal.store, view.id)) facts.push(fact)
    const secret = await secretOf(options, terminal)
    const cursors = chosen(view.id, facts, { named, secret })
    if (options.yes !== true)
      return preview(
        view.id,
        facts.filter(({ cursor }) => cursors.includes(cursor)),
        terminal,
      )
    const artifacts: string[] = []
    const refused: string[] = []
    const replacing = options.replacement === undefined ? {} : { replacement: options.replacement }
    for (const at of cursors) {
      try {
        const done = await redactFact(scene.journal.store, view.id, { at, leases: leasesOfTheLiving(scene.journal.leases), ...replacing })
        artifacts.push(...done.artifacts)
      } catch (error) {
        // One that a run still works from keeps the others from nothing.
        if (!isAgentError(error, 'session_busy') || cursors.length === 1) throw error
        refused.push(error.message)
      }
    }
    const left = secret === undefined ? 0 : await countLeft(scene, view.id, secret)
    const count = cursors.length - refused.length
    if (options.json === true) terminal.print(`${JSON.stringify({ id: view.id, redacted: count, refused, artifacts, left })}\n`)
    else terminal.print(`${reportLines(view.id, { count, refused, artifacts, left }, terminal).join('\n')}\n`)
    return refused.length === 0 && left === 0 ? EXIT.completed : EXIT.failed
  })
}

/** `-` reads it from standard input, so that it does not get into the history of a shell. */
async function secretOf({ containing }: RedactOptions, terminal: Terminal): Promise<string | undefined> {
  if (containing === undefined) return undefined
  const secret = containing === '-' ? (await terminal.readInput()).trim() : containing
  if (secret === '') throw new AgentError('invalid_argument', '--containing is empty: every fact contains nothing.')
  return secret
}

type Choice = { readonly named: readonly string[]; readonly secret: string | undefined }

function chosen(id: string, facts: readonly Envelope[], { named, secret }: Choice): readonly string[] {
  if (named.length === 0 && secret === undefined)
    throw new AgentError(
      'invalid_argument',
      'Say which facts: by number or cursor (seamfold sessions facts lists them), or with --containing <text>.',
    )
  const cursors = named.map((each) => namedFact(facts, each))
  const unknown = cursors.find((cursor) => !facts.some((fact) => fact.cursor === cursor))
  if (unknown !== undefined)
    throw new AgentError('cursor_invalid', `Session ${id} has no fact ${unknown}. List them with: seamfold sessions facts`)
  const found = secret === undefined ? [] : facts.filter((fact) => contains(fact.event, secret)).map(({ cursor }) => cursor)
  if (named.length === 0 && found.length === 0) throw new AgentError('invalid_argument', `No fact of session ${id} contains that text.`)
  return [...new Set([...cursors, ...found])]
}

const contains = (value: unknown, text: string): boolean => {
  if (typeof value === 'string') return value.includes(text)
  return typeof value === 'object' && value !== null && Object.values(value).some((each) => contains(each, text))
}

/** Says what would be replaced: nobody can take it back. */
function preview(id: string, facts: readonly Envelope[], terminal: Terminal): number {
  const style = terminal.style()
  terminal.print(
    [
      `${style.colors.bold(plural(facts.length, 'fact'))} of session ${visibleLine(id)} would lose every text in ${facts.length === 1 ? 'it' : 'them'}, for good:`,
      '',
      ...facts.map((fact) => factLine(fact, style)),
      '',
      'Nothing was done. Say --yes to redact.',
      '',
    ].join('\n'),
  )
  return EXIT.usage
}

/** Records of the session that still hold the text: of a run that goes on, or said and not yet copied from its inbox. */
async function countLeft({ journal }: Scene, id: string, secret: string): Promise<number> {
  const escaped = JSON.stringify(secret).slice(1, -1)
  let count = 0
  for (const key of [`journal/${id}`, `inbox/${id}`])
    for await (const { record } of journal.store.read(key)) if (record.includes(escaped)) count++
  return count
}

type Report = { readonly count: number; readonly refused: readonly string[]; readonly artifacts: readonly string[]; readonly left: number }

function reportLines(id: string, { count, refused, artifacts, left }: Report, terminal: Terminal): readonly string[] {
  const { colors, signs } = terminal.style()
  const warning = colors.yellow(signs.warning)
  return [
    `${colors.green(signs.done)} ${plural(count, 'fact')} of session ${colors.bold(visibleLine(id))} redacted. The chain holds; sessions verify counts them.`,
    ...refused.map((words) => `${warning} ${visibleLine(words)}`),
    ...artifacts.map((digest) => `${warning} The whole output stays in the journal's file as blob ${digest}: no fact names it any more.`),
    ...(left === 0
      ? []
      : [
          `${warning} ${plural(left, 'record')} of the session still ${left === 1 ? 'holds' : 'hold'} that text: of a run that goes on, or of an answer that it has not read yet.`,
        ]),
  ]
}
