/** `seamfold sessions redact`: replaces what facts say, for good. */
import { recordedFacts, redactFacts } from '@seamfold/core'
import { AgentError, type Envelope } from '@seamfold/core/kit'
import { factLine } from '../render/fact-line.ts'
import { plural, visibleLine } from '../render/text.ts'
import { leasesOfTheLiving } from '../setup/holder.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { busyInWords } from './busy.ts'
import { EXIT } from './exit-code.ts'
import { namedFact } from './find-fact.ts'
import { findSession } from './find-session.ts'
import { standingOf } from './liveness.ts'
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
    const done = await redactFacts(scene.journal.store, view.id, {
      at: cursors,
      leases: leasesOfTheLiving(scene.journal.leases),
      ...(options.replacement === undefined ? {} : { replacement: options.replacement }),
    }).catch(async (error: unknown) => {
      // Where another session is held, from which this one was forked, the refusal names it.
      const standing = await standingOf(scene.journal, view.id, await view.state())
      throw standing === 'working' ? await busyInWords(error, { ...scene, session: view }) : error
    })
    const artifacts = done.flatMap((fact) => fact.artifacts)
    const left = secret === undefined ? 0 : await countLeft(scene, view.id, secret)
    if (options.json === true) terminal.print(`${JSON.stringify({ id: view.id, redacted: done.length, artifacts, left })}\n`)
    else terminal.print(`${reportLines(view.id, { count: done.length, artifacts, left }, terminal).join('\n')}\n`)
    return left === 0 ? EXIT.completed : EXIT.failed
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

/** Records of the session that still hold the text: such as what was said to it and not read yet. */
async function countLeft({ journal }: Scene, id: string, secret: string): Promise<number> {
  const escaped = JSON.stringify(secret).slice(1, -1)
  let count = 0
  for (const key of [`journal/${id}`, `inbox/${id}`])
    for await (const { record } of journal.store.read(key)) if (record.includes(escaped)) count++
  return count
}

type Report = { readonly count: number; readonly artifacts: readonly string[]; readonly left: number }

function reportLines(id: string, { count, artifacts, left }: Report, terminal: Terminal): readonly string[] {
  const { colors, signs } = terminal.style()
  const warning = colors.yellow(signs.warning)
  return [
    `${colors.green(signs.done)} ${plural(count, 'fact')} of session ${colors.bold(visibleLine(id))} redacted. The chain holds; sessions verify counts them.`,
    ...artifacts.map((digest) => `${warning} The whole output stays in the journal's file as blob ${digest}: no fact names it any more.`),
    ...(left === 0
      ? []
      : [
          `${warning} ${plural(left, 'record')} of the session still ${left === 1 ? 'holds' : 'hold'} that text, such as an answer that it has not read yet.`,
        ]),
  ]
}
