/** Several hooks as one: in an order, each for what it matches, every change seen by the next. */
import { AgentError, type HookDecision, type HookEvent, type HookExecutor, type HookVerdict, toMessage } from '@seamfold/core/kit'
import { isGate } from './decision.ts'
import { type HookMatch, hookMatcher } from './match.ts'
import { withNames, verdictsOf } from './verdicts.ts'

/** Hooks with their place in the order and what they are told of. */
export type OrderedHooks = HookMatch & {
  readonly hooks: HookExecutor
  /** Lower is asked first; the same in the order of the list. Default: 100. */
  readonly priority?: number
  /** For errors, and for the journal, which keeps what hooks with a name said of a call. Default: its number in the list, in errors. */
  readonly name?: string
}

export interface CombinedHooks extends HookExecutor {
  /** Resolves when no hook is at work: those that only observe may still be when a run has ended. */
  idle(): Promise<void>
}

const DEFAULT_PRIORITY = 100

type Place = {
  readonly name: string
  /** Undefined where nobody gave it a name. */
  readonly title: string | undefined
  readonly hooks: HookExecutor
  readonly priority: number
  matches(event: HookEvent): boolean
}
type Options = { readonly signal: AbortSignal }

/**
 * Hooks that gate are asked one after the other: the first that blocks or breaks ends it. Those that observe are all told at once, and
 * one that breaks keeps no other from being told. Throws `invalid_argument` for what cannot be combined.
 */
export function combineHooks(given: readonly (HookExecutor | OrderedHooks)[]): CombinedHooks {
  const places = given.map(toPlace).toSorted((a, b) => a.priority - b.priority)
  const working = new Set<Promise<unknown>>()
  const follow = <T>(work: Promise<T>): Promise<T> => {
    const settled: Promise<unknown> = work.then(ignore, ignore).finally(() => working.delete(settled))
    working.add(settled)
    return work
  }
  return {
    contract: 1,
    async fire(event, options) {
      options.signal.throwIfAborted()
      const asked = places.filter(({ matches }) => matches(event))
      return follow(isGate(event) ? decide(places, event, options) : tell(asked, event, options))
    },
    async idle() {
      while (working.size > 0) await Promise.all(working)
    },
  }
}

function toPlace(each: HookExecutor | OrderedHooks, index: number): Place {
  const ordered: OrderedHooks = 'fire' in each ? { hooks: each } : each
  const { hooks, priority = DEFAULT_PRIORITY, name = `hook ${index + 1}`, ...match } = ordered
  if ((hooks as Partial<HookExecutor> | undefined)?.contract !== 1)
    throw new AgentError('invalid_argument', `Number ${index + 1} of the hooks is no hook executor of contract 1`)
  if (Number.isNaN(priority)) throw new AgentError('invalid_argument', `The priority of ${name} is not a number`)
  return { name, title: ordered.name, hooks, priority, matches: hookMatcher(match) }
}

/** Each is asked about what those before it made of it. */
async function decide(places: readonly Place[], given: HookEvent, options: Options): Promise<HookDecision | undefined> {
  let event = given
  const by: HookVerdict[] = []
  let said: HookDecision | undefined
  for (const place of places) {
    if (!place.matches(event)) continue
    const decision = await ask(place, event, options)
    by.push(...verdictsOf(place, decision, event))
    if (decision?.decision === 'block') return withNames(decision, by)
    if (decision === undefined) continue
    said = { ...said, ...decision }
    event = changed(event, decision)
  }
  return withNames(said, by)
}

async function ask({ hooks, name }: Place, event: HookEvent, { signal }: Options): Promise<HookDecision | undefined> {
  let decision: HookDecision | undefined
  try {
    decision = await hooks.fire(event, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw new AgentError('contract_violation', `${name}: ${toMessage(error)}`, { cause: error })
  }
  if (decision === undefined || ['continue', 'block'].includes(decision?.decision)) return decision
  throw new AgentError('contract_violation', `${name} answered ${JSON.stringify(decision, ['decision'])}`)
}

/** What the changed arguments would touch is found out when the last has spoken. */
function changed(event: HookEvent, { input, prompt }: Extract<HookDecision, { decision: 'continue' }>): HookEvent {
  if (event.hook === 'pre_prompt' && prompt !== undefined) return { ...event, prompt }
  if (event.hook !== 'pre_tool_use' || input === undefined) return event
  const { accesses: _, ...rest } = event
  return { ...rest, input }
}

async function tell(places: readonly Place[], event: HookEvent, { signal }: Options): Promise<undefined> {
  const told = await Promise.allSettled(places.map(async ({ hooks }) => hooks.fire(event, { signal })))
  signal.throwIfAborted()
  const broken = told.flatMap((each, index) => (each.status === 'rejected' ? [`${places[index]?.name}: ${toMessage(each.reason)}`] : []))
  if (broken.length > 0) throw new AgentError('contract_violation', broken.join('; '))
  return undefined
}

const ignore = (): void => {}
