/** The order of concerns, written down once. */
import type { Middleware } from '../loop/middleware.ts'

/**
 * Outermost first: read it downwards for a call on its way in, upwards for a result on its way out. What a user adds stands
 * before all of these, unless it says that it is innermost.
 */
export const STACK_ORDER = [
  'turn-limit', // may end the run whatever the others think
  'malformed-guard', // a model that cannot write JSON is stopped before anybody waits for it
  'duplicate-guard', // a cheap refusal comes before anyone is asked
  'background-tasks', // a run ends when its tasks have, and its answer may depend on them
  'structured-output', // judges the answer once the guards above let the run go on
  'secret-arguments', // what may not be stored is refused before anybody is told of it
  'hooks', // may rewrite the arguments, so the policy must judge what they return
  'permissions', // the policy, then a person
  'output-limit', // what everybody outside sees of a result is what the model sees
  'tool-timeout', // innermost: the clock starts when the work does, not while it waits for a person or its turn
  'sub-agents', // a task is a call like any other: judged, limited and shown before it begins
  'asking-tools', // a question is a call like any other too, and its reply is what the ledger keeps
  'turn-time', // bounds all tries of a turn together
  'model-retry', // each try passes what stands below
  'run-budget', // inside the retries: every attempt is paid for
  'budget-guard', // asks for what the run's own budget leaves, since others wait for what is set aside
  'model-hooks', // inside the retries as well: every attempt that is made is told of
  'lanes', // inside people, budgets and tasks: only what will run waits for its place, and only the work itself is tried again
  'secrets', // around tool and model themselves: hooks and artifacts get what is stored; outside the timeout, since it holds text back
  'model-timeout', // innermost: one attempt's silence
] as const

const place = (name: string): number => STACK_ORDER.findIndex((each) => each === name)

/** The built-in middleware in their places, behind the user's own but for those that stand innermost. */
export const arrange = (builtin: readonly Middleware[], use: readonly Middleware[] = []): readonly Middleware[] => [
  ...use.filter(({ innermost }) => !innermost),
  ...builtin.toSorted((a, b) => place(a.name) - place(b.name)),
  ...use.filter(({ innermost }) => innermost),
]
