/** `seamfold runs check`: whether runs that are not finished can go on as everything is configured now. */
import { checkRuns, type RunCheck } from '@seamfold/core'
import { plural, visibleLine } from '../render/text.ts'
import { wrapWords } from '../render/wrap.ts'
import { agentOptions } from '../setup/assemble.ts'
import { connect } from '../setup/model.ts'
import { resolveSettings, type SharedOptions } from '../setup/settings.ts'
import { openExistingJournal } from '../setup/store.ts'
import { openTeam } from '../setup/team.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { shortId } from './find-session.ts'

export type CheckOptions = SharedOptions & { readonly json?: boolean }

/** Runs nothing. Exit code 1 when a run cannot go on. */
export async function runsCheckCommand(options: CheckOptions, terminal: Terminal): Promise<number> {
  const settings = await resolveSettings(options, terminal)
  const journal = await openExistingJournal(settings.storePath)
  const connection = await connect(settings.model, { environment: terminal.environment })
  try {
    const checks: RunCheck[] = []
    const { options: agent } = await agentOptions(settings, { journal, llm: connection.llm, team: await openTeam(settings) })
    for await (const check of checkRuns(journal.store, agent)) checks.push(check)
    if (options.json === true) for (const check of checks) terminal.print(`${JSON.stringify(check)}\n`)
    else if (checks.length === 0) terminal.print('Nothing is unfinished here: every run has ended.\n')
    else terminal.print(`${checks.flatMap((check) => checkLines(check, terminal)).join('\n')}\n`)
    return checks.every(({ canGoOn }) => canGoOn) ? EXIT.completed : EXIT.failed
  } finally {
    await connection.close()
    await journal.close()
  }
}

const STANDING: Readonly<Record<RunCheck['status'], string>> = {
  suspended: 'waits for an answer',
  answered: 'was answered',
  interrupted: 'was cut off, or another process is at it',
  unreadable: 'cannot be read',
}

const CHANGED: Readonly<Record<RunCheck['changed'][number], string>> = {
  model: 'another model',
  tools: 'other tools, or tools with other schemas',
  policy: 'other permissions',
  instructions: 'other instructions',
}

function checkLines({ sessionId, status, canGoOn, problems, changed }: RunCheck, terminal: Terminal): readonly string[] {
  const style = terminal.style()
  const { colors, signs } = style
  const sign = canGoOn ? (changed.length === 0 ? colors.green(signs.done) : colors.yellow(signs.warning)) : colors.red(signs.failed)
  const verdict = canGoOn
    ? changed.length === 0
      ? 'can go on'
      : 'can go on, and not as it was started'
    : `cannot go on: ${plural(problems.length, 'problem')}`
  return [
    `${sign} ${colors.bold(visibleLine(shortId(sessionId)))}  ${STANDING[status]}; ${verdict}`,
    ...problems.flatMap(({ message }) => wrapWords(`  ${visibleLine(message)}`, style.width, '    ')),
    ...(changed.length === 0
      ? []
      : wrapWords(`  ${colors.dim(`It would go on with ${changed.map((each) => CHANGED[each]).join(', ')}.`)}`, style.width, '    ')),
  ]
}
