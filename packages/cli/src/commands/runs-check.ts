/** `seamfold runs check`: whether runs that are not finished can go on, each in the way in which `resume` would go on with it. */
import { checkRuns, openSession, type RunCheck, unfinishedRuns } from '@seamfold/core'
import { isAgentError, toMessage } from '@seamfold/core/kit'
import { plural, visibleLine } from '../render/text.ts'
import { wrapWords } from '../render/wrap.ts'
import { agentOptions } from '../setup/assemble.ts'
import { connect } from '../setup/model.ts'
import { recall, type Remembered } from '../setup/remembered.ts'
import type { Settings, SharedOptions } from '../setup/settings.ts'
import type { Journal } from '../setup/store.ts'
import { openTeam } from '../setup/team.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { settingsAsStarted } from './as-started.ts'
import { openWorkflows, type Scene, workflowCommand } from './asker.ts'
import { EXIT } from './exit-code.ts'
import { shortId } from './find-session.ts'
import { type Standing, standingOf } from './liveness.ts'
import { withJournal } from './with-journal.ts'

export type CheckOptions = SharedOptions & { readonly json?: boolean }

/** `model_unreachable`: the key of the model that it was started with is not set. */
type Problem = RunCheck['problems'][number] | { readonly type: 'model_unreachable'; readonly message: string }

type Checked = Omit<RunCheck, 'problems'> & {
  readonly problems: readonly Problem[]
  /** How it stands, as `sessions list` says; undefined for one that cannot be read. */
  readonly standing?: Standing
}

/** Runs that were started in the same way; undefined where nothing tells how. */
type Group = { readonly remembered: Remembered | undefined; readonly found: Found[] }
type Found = Pick<RunCheck, 'sessionId' | 'runId' | 'status'> & { readonly standing?: Standing }

/** Runs nothing. Exit code 1 when a run cannot go on. */
export function runsCheckCommand(options: CheckOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async ({ journal, places }) => {
    const checks: Checked[] = []
    const { groups, unreadable } = await lookAround(journal)
    checks.push(...unreadable)
    for (const group of groups) checks.push(...(await checkGroup(group, { journal, options, terminal })))
    if (options.json === true) for (const check of checks) terminal.print(`${JSON.stringify(check)}\n`)
    else {
      const lines = [
        ...checks.flatMap((check) => checkLines(check, terminal)),
        ...(await workflowLines({ store: journal.store, places, terminal })),
      ]
      terminal.print(`${lines.length === 0 ? 'Nothing is unfinished here: every run has ended.' : lines.join('\n')}\n`)
    }
    return checks.every(({ canGoOn }) => canGoOn) ? EXIT.completed : EXIT.failed
  })
}

async function lookAround(journal: Journal): Promise<{ readonly groups: readonly Group[]; readonly unreadable: readonly Checked[] }> {
  const groups = new Map<string, Group>()
  const unreadable: Checked[] = []
  for await (const { sessionId, runId, status, error } of unfinishedRuns(journal.store)) {
    if (status === 'unreadable') {
      const problem: Problem = { type: 'journal_unreadable', message: toMessage(error) }
      unreadable.push({ sessionId, runId, status, canGoOn: false, problems: [problem], changed: [] })
      continue
    }
    const { remembered, standing } = await lookAt(journal, sessionId)
    const key = JSON.stringify(remembered ?? 'unknown')
    const group = groups.get(key) ?? { remembered, found: [] }
    groups.set(key, group)
    group.found.push({ sessionId, runId, status, ...(standing === undefined ? {} : { standing }) })
  }
  return { groups: [...groups.values()], unreadable }
}

async function lookAt(journal: Journal, sessionId: string) {
  const state = await (await openSession(journal.store, sessionId)).state()
  const remembered = state.run === undefined ? undefined : await recall(journal.store, state.run.sendId)
  return { remembered, standing: await standingOf(journal, sessionId, state) }
}

type Checking = { readonly journal: Journal; readonly options: CheckOptions; readonly terminal: Terminal }

async function checkGroup({ remembered, found }: Group, { journal, options, terminal }: Checking): Promise<readonly Checked[]> {
  let settings: Settings
  try {
    settings = await settingsAsStarted(options, terminal, remembered)
  } catch (error) {
    if (!isAgentError(error, 'llm_unauthorized')) throw error
    const problem: Problem = { type: 'model_unreachable', message: error.message.replaceAll('\n', ' ') }
    return found.map((each) => ({ ...each, canGoOn: false, problems: [problem], changed: [] }))
  }
  const known = new Map(found.map((each) => [each.sessionId, each]))
  const connection = await connect(settings.model, { environment: terminal.environment })
  try {
    const checks: Checked[] = []
    const { options: agent } = await agentOptions(settings, { journal, llm: connection.llm, taskTool: (await openTeam(settings)).tool })
    for await (const check of checkRuns(journal.store, agent)) {
      const { standing } = known.get(check.sessionId) ?? {}
      if (known.has(check.sessionId)) checks.push({ ...check, ...(standing === undefined ? {} : { standing }) })
    }
    return checks
  } finally {
    await connection.close()
  }
}

/** Steps go on as their workflow says, which is not looked into. */
async function workflowLines(scene: Scene & { readonly terminal: Terminal }): Promise<readonly string[]> {
  const { colors, signs } = scene.terminal.style()
  const lines: string[] = []
  for (const rootId of await openWorkflows(scene.store)) {
    lines.push(`${colors.yellow(signs.waiting)} ${colors.bold(`Workflow ${visibleLine(rootId)}`)}  has steps that are not finished`)
    lines.push(`  Go on with: ${await workflowCommand(rootId, scene)}`)
  }
  return lines
}

const STANDING: Readonly<Record<Standing, string>> = {
  working: 'another process is at work on it',
  'cut off': 'was cut off',
  waiting: 'waits for an answer',
  answered: 'was answered',
}

const CHANGED: Readonly<Record<RunCheck['changed'][number], string>> = {
  model: 'another model',
  tools: 'other tools, or tools with other schemas',
  policy: 'other permissions',
  instructions: 'other instructions',
}

function checkLines({ sessionId, standing, canGoOn, problems, changed }: Checked, terminal: Terminal): readonly string[] {
  const style = terminal.style()
  const { colors, signs } = style
  const sign = canGoOn ? (changed.length === 0 ? colors.green(signs.done) : colors.yellow(signs.warning)) : colors.red(signs.failed)
  const stands = standing === undefined ? 'cannot be read' : STANDING[standing]
  const able = standing === 'working' ? 'go on once that is gone' : 'go on'
  const verdict = canGoOn
    ? `can ${able}${changed.length === 0 ? '' : ', and not as it was started'}`
    : `cannot ${able}: ${plural(problems.length, 'problem')}`
  return [
    `${sign} ${colors.bold(visibleLine(shortId(sessionId)))}  ${stands}; ${verdict}`,
    ...problems.flatMap(({ message }) => wrapWords(`  ${visibleLine(message)}`, style.width, '    ')),
    ...(changed.length === 0
      ? []
      : wrapWords(`  ${colors.dim(`It would go on with ${changed.map((each) => CHANGED[each]).join(', ')}.`)}`, style.width, '    ')),
  ]
}
