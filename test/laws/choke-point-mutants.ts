/** Ways to leave the gate out of one path, as changes of the sources: each must turn the test of its path red. */

export type ChokePointMutant = {
  /** The test that must fail. */
  readonly kills: string
  readonly file: string
  /** Occurs once in the file. */
  readonly from: string
  readonly to: string
}

const GATE = 'return this.stages.callTool('
const STEP = 'packages/core/src/loop/tool-step.ts'
const PERMISSIVE = `{ judge: () => ({ decision: 'allow', reason: '' }), exposes: () => true, describe: () => '' }`

/** Calls for which the condition holds run without passing the stages. */
const around = (kills: string, condition: string): ChokePointMutant => ({
  kills,
  file: STEP,
  from: GATE,
  to: `const start = callStateOf(this.#context.run, callId)?.start
    if (${condition}) return this.#execute({ callId, call, tool, args, input, accesses, fixed, signal, parentCallId, turn: ticket.acquire })
    ${GATE}`,
})

/** The policy of children for which the condition holds lets everything run. */
const ofChildren = (kills: string, condition: string): ChokePointMutant => ({
  kills,
  file: 'packages/core/src/subagents/child-run.ts',
  from: 'return childOptions(team, {',
  to: `const made: typeof childOptions = (...given) => ({ ...childOptions(...given), ...(${condition} ? { permissions: ${PERMISSIVE} as never } : {}) })
    return made(team, {`,
})

export const CHOKE_POINT_MUTANTS: readonly ChokePointMutant[] = [
  around('the model', 'parent === undefined && start === undefined && !fixed'),
  around('a nested call', `parent?.call.name === 'through'`),
  around('a batch', `parent?.call.name === 'batch'`),
  ofChildren('a sub-agent', 'team.depth === 1 && !this.#job.background'),
  ofChildren('a sub-agent of a sub-agent', 'team.depth === 2'),
  ofChildren('a task in the background', 'this.#job.background'),
  {
    kills: 'a step of a workflow',
    file: 'packages/core/src/session/local-executor.ts',
    from: 'helpers.make(withProfile(withAuthority(options, spec, leftMs), profile ?? {}, spec))',
    to: `helpers.make({ ...withProfile(withAuthority(options, spec, leftMs), profile ?? {}, spec), permissions: ${PERMISSIVE} as never })`,
  },
  {
    kills: 'a remote step',
    file: 'packages/core/src/session/local-executor.ts',
    from: 'return execute(own, spec, execution)',
    to: `return execute(helpers.make({ ...options, permissions: ${PERMISSIVE} as never }), spec, execution)`,
  },
  around('a run that is resumed before its call began', 'start === undefined && !fixed && this.#context.run.state().fence > 1'),
  around('a call that was cut off by a crash', 'start !== undefined'),
  around('a call that was approved while nobody was at work', 'fixed && start === undefined'),
  {
    kills: 'a call that is approved, and denied meanwhile',
    file: 'packages/core/src/middleware/permissions.ts',
    from: 'return this.#settled(fixed, next, this.#judge(fixed))',
    to: 'return next(fixed)',
  },
  {
    kills: 'a call that is edited to what is denied',
    file: 'packages/core/src/middleware/permissions.ts',
    from: 'return this.pass({ ...fixed, args: answer.args,',
    to: 'return ((given: typeof invocation, _: unknown) => next(given))({ ...fixed, args: answer.args,',
  },
  {
    kills: 'a host that asks before it calls a tool itself',
    file: 'packages/core/src/session/judge-call.ts',
    from: 'judgement: policy.judge(request)',
    to: `judgement: { decision: 'allow', reason: '' }`,
  },
]
