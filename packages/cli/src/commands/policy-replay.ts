/** `seamfold policy replay`: what another policy would have made of the calls in the journal. Nothing is run, no journal is changed. */
import { type Decision, type Judgement, type Policy, type ReplayedCall, replayPolicy, type SessionView } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import { describeCall } from '../render/call.ts'
import { causeWords, decisionWord, recordedCause } from '../render/judgement.ts'
import { plural, visibleLine } from '../render/text.ts'
import type { Style } from '../render/style.ts'
import { groundPolicy } from '../setup/ground.ts'
import { explainFor, withPolicyFile } from '../setup/other-policy.ts'
import { type Ground, resolveGround, type SharedOptions } from '../setup/settings.ts'
import type { Journal } from '../setup/store.ts'
import { type AgentTeam, openTeam } from '../setup/team.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { factsOf } from './find-fact.ts'
import { findSession, sessionIds, shortId } from './find-session.ts'
import { withJournal } from './with-journal.ts'

export type PolicyReplayOptions = SharedOptions & { readonly policy: string; readonly all?: boolean; readonly json?: boolean }

/** A call with the session that it is of, and what it came to by the rules of today where the journal names none. */
type Row = ReplayedCall & { readonly sessionId: string; readonly today: Judgement | undefined }

/** Exit code 1 when something would change. */
export function policyReplayCommand(given: readonly string[], options: PolicyReplayOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async ({ journal }) => {
    const ground = await resolveGround(options, terminal)
    const other = await withPolicyFile(ground, options.policy)
    const team = await openTeam(ground)
    try {
      const policies = { now: await groundPolicy(other), today: await groundPolicy(ground), team }
      const rows: Row[] = []
      for (const view of await chosen(given, options, journal)) rows.push(...(await replayed(view, policies)))
      if (options.json === true) for (const row of rows) terminal.print(`${JSON.stringify(asJson(row))}\n`)
      else
        terminal.print(
          `${[...rows.filter(({ changes }) => changes).flatMap((row) => rowLines(row, terminal.style())), '', ...summary(rows, other)].join('\n').trimStart()}\n`,
        )
      return rows.some(({ changes }) => changes) ? EXIT.failed : EXIT.completed
    } finally {
      await team.close()
    }
  })
}

async function chosen(given: readonly string[], { all }: PolicyReplayOptions, journal: Journal): Promise<readonly SessionView[]> {
  if (all === true && given.length > 0) throw new AgentError('invalid_argument', 'Name sessions, or give --all: not both')
  const ids = all === true ? await sessionIds(journal.store) : given
  if (all !== true && ids.length === 0) return [await findSession(journal, undefined)]
  return Promise.all(ids.map((id) => findSession(journal, id)))
}

type Policies = { readonly now: Policy; readonly today: Policy; readonly team: AgentTeam }

/** A sub-agent's calls are judged by what its own file says as well. */
async function replayed(view: SessionView, { now, today, team }: Policies): Promise<readonly Row[]> {
  const session = { id: view.id, metadata: view.metadata }
  const agent = typeof view.metadata.agent === 'string' ? view.metadata.agent : undefined
  const forAgent = (policy: Policy): Policy => {
    const explain = explainFor(policy, team, agent)
    return { ...policy, judge: (request) => explain(request).judgement }
  }
  const facts = await factsOf(view)
  const present = replayPolicy(facts, { policy: forAgent(today), session })
  return replayPolicy(facts, { policy: forAgent(now), session }).map((each, index) => {
    const then = present[index]?.judgement
    return { ...each, sessionId: view.id, today: then?.decision === each.call.decision ? then : undefined }
  })
}

const asJson = ({ call, judgement, changes, sessionId, today }: Row): object => ({
  sessionId,
  ...call,
  changes,
  ...(judgement === undefined ? { missing: ['accesses'] } : { now: judgement }),
  ...(today === undefined ? {} : { today }),
})

function rowLines({ call, judgement, sessionId, today }: Row, style: Style): readonly string[] {
  const { colors } = style
  const word = (decision: Decision): string => decisionWord(decision, style)
  const answer = call.answer === undefined ? '' : `, ${call.answer}`
  const then = call.rule === undefined && today !== undefined ? causeWords(today) : recordedCause(call)
  return [
    `${word(call.decision)} → ${word(judgement?.decision ?? call.decision)}  ${colors.bold(visibleLine(call.tool))} ${describeCall(call.tool, call.args)}  ${colors.dim(`${visibleLine(shortId(sessionId))} ${call.cursor.split('.')[0] ?? ''}`)}`,
    `    ${colors.dim('then')}  ${then === '' ? 'not recorded' : then}${answer}`,
    `    ${colors.dim('now')}   ${judgement === undefined ? 'unknown' : causeWords(judgement)}`,
  ]
}

function summary(rows: readonly Row[], { mode }: Ground): readonly string[] {
  const changing = rows.filter(({ changes }) => changes).length
  const unknown = rows.filter(({ judgement }) => judgement === undefined).length
  return [
    `${plural(rows.length, 'call')} judged again in the mode '${mode}', ${changing === 0 ? 'none' : changing} of which would be decided otherwise.`,
    ...(unknown === 0
      ? []
      : [
          `Of ${plural(unknown, 'call')} an older journal does not say what would have been touched: nothing is known of ${unknown === 1 ? 'it' : 'them'}.`,
        ]),
  ]
}
