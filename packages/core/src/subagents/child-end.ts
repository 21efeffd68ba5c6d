/** What came of a task, as the fact that says so; what is too much to show is kept as an artifact. */
import type { FactOf } from '../model/event.ts'
import type { StepOutcome } from '../model/step.ts'
import type { RunContext } from '../loop/middleware.ts'
import { storeBlobs } from '../stores/store-blobs.ts'
import type { Lost } from './lost-attempts.ts'
import type { Team } from './team.ts'

const DEFAULT_OUTPUT = 4000
/** Of what is shown, this much is from the start; the rest is from the end. */
const HEAD_SHARE = 0.79

export type EndPlace = {
  readonly team: Pick<Team, 'options' | 'parent'>
  readonly run: RunContext
  readonly start: FactOf<'subagent_start'>
}

/** What it used beside what its outcome says. */
export type Used = { readonly toolCalls: number; readonly lost?: Lost | undefined }

export async function toEnd(place: EndPlace, outcome: StepOutcome, { toolCalls, lost }: Used): Promise<FactOf<'subagent_end'>> {
  const { start } = place
  const { agent, success, structured, code, usage, cost, status } = outcome
  return {
    type: 'subagent_end',
    taskId: start.taskId,
    childSessionId: start.childSessionId,
    agent,
    status: status === 'suspended' ? 'failed' : status,
    success,
    ...(await shown(place, outcome.output)),
    ...(structured === undefined ? {} : { structured }),
    ...(code === undefined ? {} : { code }),
    usage,
    ...(cost === undefined ? {} : { cost }),
    toolCalls,
    ...(lost === undefined ? {} : { lost }),
    ...(start.grant === undefined ? {} : { grant: start.grant }),
  }
}

/** The artifact is stored before the fact that names it. */
async function shown({ team, run }: EndPlace, text: string): Promise<Pick<FactOf<'subagent_end'>, 'output' | 'artifact'>> {
  const { maxOutput = DEFAULT_OUTPUT } = team.options
  if (text.length <= maxOutput) return { output: text }
  const digest = run.host.digest(text)
  await (team.parent.blobs ?? storeBlobs(team.parent.store)).put(digest, text)
  const head = wellFormed(text.slice(0, Math.floor(maxOutput * HEAD_SHARE)))
  const tail = wellFormed(text.slice(text.length - (maxOutput - head.length)))
  const left = text.length - head.length - tail.length
  return {
    output: `${head}\n\n[… ${left} of ${text.length} characters are left out here; the whole output is kept as artifact ${digest} …]\n\n${tail}`,
    artifact: { digest, characters: text.length },
  }
}

/** Never half of a surrogate pair at either end. */
const wellFormed = (text: string): string => text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '')
