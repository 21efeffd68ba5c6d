/** Ways to leave the gate out of one path, as changes of the sources: each must turn the test of its path red. */
import type { Mutant } from './mutant.ts'

const GATE = 'return this.stages.callTool('
const STEP = 'packages/core/src/loop/tool-step.ts'
const PERMISSIVE = `{ judge: () => ({ decision: 'allow', reason: '' }), exposes: () => true, describe: () => '' }`

/** Calls for which the condition holds run without passing the stages. */
const around = (kills: string, condition: string): Mutant => ({
  kills,
  file: STEP,
  from: GATE,
  to: `const start = callStateOf(this.#context.run, callId)?.start
    if (${condition}) return this.#execute({ callId, call, tool, args, input, accesses, fixed, signal, parentCallId, turn: ticket.acquire })
    ${GATE}`,
})

/** Calls of this tool run though they are denied. */
const denied = (tool: string, kills: string): Mutant => ({
  kills,
  file: 'packages/core/src/middleware/permissions.ts',
  from: `return judgement.decision === 'deny'`,
  to: `return judgement.decision === 'deny' && invocation.call.name !== '${tool}'`,
})

/** What a concern does of itself it does before anybody has judged the call. */
const before = (concern: string, kills: string): Mutant => ({
  kills,
  file: 'packages/core/src/middleware/default-stack.ts',
  from: `\n  'permissions',`,
  to: `\n  '${concern}',\n  'permissions',`,
})

/** The policy of children for which the condition holds lets everything run. */
const ofChildren = (kills: string, condition: string): Mutant => ({
  kills,
  file: 'packages/core/src/subagents/child-run.ts',
  from: 'return childOptions(team, {',
  to: `const made: typeof childOptions = (...given) => ({ ...childOptions(...given), ...(${condition} ? { permissions: ${PERMISSIVE} as never } : {}) })
    return made(team, {`,
})

export const CHOKE_POINT_MUTANTS: readonly Mutant[] = [
  around('the model', 'parent === undefined && start === undefined && !fixed'),
  around('a nested call', `parent?.call.name === 'through'`),
  around('a batch', `parent?.call.name === 'batch'`),
  ofChildren('a sub-agent', 'team.depth === 1 && !this.#job.background'),
  ofChildren('a sub-agent of a sub-agent', 'team.depth === 2'),
  ofChildren('a task in the background', 'this.#job.background'),
  {
    kills: 'a step of a workflow',
    file: 'packages/core/src/session/local-executor.ts',
    from: 'withAgent(optionsFor(options, spec, { ...profile, leftMs }), ',
    to: `withAgent({ ...optionsFor(options, spec, { ...profile, leftMs }), permissions: ${PERMISSIVE} as never }, `,
  },
  {
    kills: 'a remote step',
    file: 'packages/core/src/session/local-executor.ts',
    from: 'return execute(own, spec, execution)',
    to: `return withAgent({ ...options, permissions: ${PERMISSIVE} as never }, (agent) => execute(agent, spec, execution))`,
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
  denied('task', 'a task'),
  before('asking-tools', 'a question'),
  before('asking-tools', 'work that is done elsewhere'),
  before('asking-tools', 'a call that a person lets run again'),
  denied('handed', 'work that a lane hands to others'),
  {
    kills: 'a letter that is driven again',
    file: 'packages/core/src/session/redrive-letter.ts',
    from: 'createAgent({ ...options, llm: callerOf(llm, letter) })',
    to: `createAgent({ ...options, llm: callerOf(llm, letter), permissions: ${PERMISSIVE} as never })`,
  },
]
