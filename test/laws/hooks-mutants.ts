/** Ways to fire no hook, or to ignore what it says, as changes of the sources: each must turn a test of hooks red. */
import type { Mutant } from './mutant.ts'

const AROUND = 'packages/core/src/middleware/hooks.ts'
const COMBINE = 'packages/hooks/src/combine-hooks.ts'
const MATCH = 'packages/hooks/src/match.ts'
const COMMAND = 'packages/hooks/src/command-hooks.ts'
const HTTP = 'packages/hooks/src/http-hooks.ts'

const EVERYTHING = 'everything in its order; of a second run in the session not that the session starts'

/** The hook is not fired. */
const unheard = (hook: string, kills: string): Mutant => ({
  kills,
  file: AROUND,
  from: 'if (executor.hears?.includes(said.hook) === false) return undefined',
  to: `if (executor.hears?.includes(said.hook) === false || said.hook === '${hook}') return undefined`,
})

const inAround = (kills: string, from: string, to: string): Mutant => ({ kills, file: AROUND, from, to })

export const HOOK_MUTANTS: readonly Mutant[] = [
  unheard('session_start', EVERYTHING),
  unheard('generate_start', EVERYTHING),
  unheard('generate_end', EVERYTHING),
  unheard('on_rate_limit', 'what each attempt was of, and what it came to'),
  unheard('on_confirmation', 'each once, then that the run waits; not of what was answered when it goes on'),
  unheard('post_tool_use', 'is told what a call came to, and what the model said last'),
  unheard('post_response', EVERYTHING),
  unheard('on_success', 'that it completed, with what it used up'),
  unheard('on_error', 'that it failed, and with what'),
  unheard('on_cancel', 'that it was cancelled, by an executor whose signal has not fired'),
  unheard('on_suspend', 'each once, then that the run waits; not of what was answered when it goes on'),
  unheard('pre_prompt', 'may refuse it: the run fails with its reason, and no model is asked'),
  unheard('pre_tool_use', 'may refuse it: the model reads why, nothing runs, and the run goes on'),
  // What is decided is ignored.
  inAround(
    'may refuse it: the run fails with its reason, and no model is asked',
    `if (decision?.decision === 'block') throw`,
    'if (false) throw',
  ),
  inAround(
    'may refuse it: the model reads why, nothing runs, and the run goes on',
    `if (decision?.decision === 'block')\n          return`,
    'if (false)\n          return',
  ),
  // What is changed is ignored, or let through unchecked.
  inAround(
    'is told it once, and what it makes of it is what the model and the history get',
    'if (decision?.prompt === undefined) return draft',
    'if (draft) return draft',
  ),
  inAround('rewrites its arguments: these are checked, judged, recorded and run', 'if (decision?.input !== undefined) {', 'if (false) {'),
  inAround(
    'rewrites its arguments: these are checked, judged, recorded and run',
    'invocation = { ...invocation, args: decision.input, input: admitted.input, accesses: admitted.accesses }',
    'invocation = { ...invocation, args: decision.input, input: admitted.input }',
  ),
  // One that breaks or is late lets the call pass.
  inAround(
    'blocks the tool call: it',
    `return { decision: 'block', reason: \`the hook failed: \${toMessage(error)}\` }`,
    'return undefined',
  ),
  inAround(
    'is told to stop when its time is up, which the agent may set',
    `const stopTimer = hookMs > 0 ?`,
    'const stopTimer = hookMs < 0 ?',
  ),
  inAround('may take as long as it likes where there is no limit', `const stopTimer = hookMs > 0 ?`, 'const stopTimer = hookMs >= 0 ?'),
  inAround(
    'blocks the tool call: it',
    `if (decision === undefined || ['continue', 'block'].includes(decision?.decision)) return decision`,
    'return decision',
  ),
  // It is asked twice about one call, told twice of one request, or told by who has lost the run.
  inAround('has spoken before anybody is asked for an approval: what was approved is what runs', 'if (!invocation.fixed) {', 'if (true) {'),
  inAround(
    'each once, then that the run waits; not of what was answered when it goes on',
    'const told = new Set(waitingOf(before).map(({ requestId }) => requestId))',
    'const told = new Set<string>()',
  ),
  inAround(
    'by nobody who has lost it: whoever took it over tells',
    'if (latest !== fence || current?.id !== run.runId) return false',
    'if (current?.id !== run.runId) return false',
  ),
  inAround(
    'of a sub-agent on the run outside alone; all else is told of the sub-agent’s own, with its name',
    'run.metadata.parentSessionId ? undefined : waitingFor',
    'waitingFor',
  ),
  // One that observes holds the run up, or is not reported.
  inAround(
    'changes nothing by what it answers, and holds nobody up',
    `tell({ ...toolEvent(invocation), ...rest, hook: 'post_tool_use', output: resultText(content) })`,
    `await ask({ ...toolEvent(invocation), ...rest, hook: 'post_tool_use', output: resultText(content) }, invocation.signal)`,
  ),
  inAround(
    'changes nothing when it breaks',
    `run.emit({ type: 'persistence_failed', operation: \`hook \${said.hook}\`, error: toMessage(error) })`,
    'undefined',
  ),
]

export const HOOK_ADAPTER_MUTANTS: readonly Mutant[] = [
  // Several hooks.
  {
    kills: 'is that of priorities, then of the list',
    file: COMBINE,
    from: '(a, b) => a.priority - b.priority',
    to: '(a, b) => b.priority - a.priority',
  },
  {
    kills: 'is that of priorities, then of the list',
    file: COMBINE,
    from: 'given.map(toPlace).toSorted(',
    to: 'given.map(toPlace).toReversed().toSorted(',
  },
  {
    kills: 'makes a chain of changes: each sees those before it, and the last is what holds',
    file: COMBINE,
    from: 'event = changed(event, decision)',
    to: '',
  },
  {
    kills: 'makes a chain of changes: each sees those before it, and the last is what holds',
    file: COMBINE,
    from: 'said = { ...said, ...decision }',
    to: 'said ??= decision',
  },
  {
    kills: 'ends with the first that blocks',
    file: COMBINE,
    from: `if (decision?.decision === 'block') return`,
    to: `if (decision?.decision === 'block') continue\n    if (false) return`,
  },
  {
    kills: 'after a change is what the change made of it',
    file: COMBINE,
    from: 'if (!place.matches(event)) continue',
    to: 'if (!place.matches(given)) continue',
  },
  ...Object.entries({ on: 'another hook', agent: 'another sub-agent', tool: 'another tool', path: 'another path' }).map(
    ([match, kills]): Mutant => ({
      kills,
      file: MATCH,
      from: `if (${match} !== undefined) ${match === 'path' ? 'tests' : '{'}`,
      to: `if (false) ${match === 'path' ? 'tests' : '{'}`,
    }),
  ),
  // Commands and web services.
  {
    kills: 'blocks with exit code 2, and says so itself where it gave no reason',
    file: COMMAND,
    from: 'const BLOCKS = 2',
    to: 'const BLOCKS = 3',
  },
  { kills: 'fails where it gates: exit 1', file: COMMAND, from: `if (code === 0) return`, to: 'if (code !== BLOCKS) return' },
  {
    kills: 'for its time is gone when it fails, with its children and those that left its group',
    file: COMMAND,
    from: 'withinTime({ clock, timeoutMs, signal, who }',
    to: 'withinTime({ clock, timeoutMs: 0, signal, who }',
  },
  {
    kills: 'for too much output fails, whatever it goes on to say',
    file: COMMAND,
    from: '          maxOutputBytes,\n',
    to: '          maxOutputBytes: Infinity,\n',
  },
  {
    kills: 'that leads elsewhere is not followed, and nobody else is asked',
    file: HTTP,
    from: `redirect: 'manual'`,
    to: `redirect: 'follow'`,
  },
  {
    kills: 'fails where it gates: another status',
    file: HTTP,
    from: `  if (ok) return readDecision(text, who)\n`,
    to: '  return readDecision(text, who)\n',
  },
  { kills: 'fails where it gates: too much', file: HTTP, from: 'if (ok && !whole) throw', to: 'if (false) throw' },
]
