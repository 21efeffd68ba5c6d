/** What it costs to judge a call: a line for the shell, warm, and a call through every concern of the default stack. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AgentOptions,
  budgetLedger,
  createAgent,
  dataProtection,
  hooks,
  jsonSchema,
  judgeCall,
  laneQueue,
  memoryStore,
  policy,
  type Rule,
  tool,
} from '@seamfold/core'
import type { LlmClient } from '@seamfold/core/kit'
import { bashTool, localWorkspace, readOnlyCommands } from '@seamfold/tools'
import { median } from './measure.ts'

/** Microseconds of CPU each, median of the passes. */
export type JudgementRow = { readonly name: string; readonly cpuUs: number }

const LINES: Readonly<Record<string, string>> = {
  'a command without paths': 'git status',
  'a pipeline over files that are there': 'cat src/a.ts | grep -n TODO src/b.ts | head -5',
  'a line that writes files that are not there yet': 'mkdir -p build/out && cp src/a.ts build/out/a.ts && echo done > build/log.txt',
}
const RULES: readonly Rule[] = [
  { allow: { tool: 'bash', command: 'git status' } },
  { allow: { command: 'npm test *' } },
  { ask: { command: 'git push *' } },
  { deny: { path: 'secret/**' } },
  { deny: { access: 'write', path: '.github/**' } },
]
const CALLS = 500

export async function judgementRows(passes: number): Promise<readonly JudgementRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-bench-'))
  mkdirSync(join(folder, 'src'))
  for (const name of ['a.ts', 'b.ts']) writeFileSync(join(folder, 'src', name), '')
  const workspace = localWorkspace(folder)
  const { shell } = workspace
  if (shell === undefined) throw new Error('The workspace has no shell')
  const bash = bashTool(shell, workspace)
  const rules = policy({ rules: RULES, default: readOnlyCommands() })
  try {
    const rows: JudgementRow[] = []
    for (const [name, command] of Object.entries(LINES)) {
      const judge = async (): Promise<void> => {
        for (let call = 0; call < CALLS; call++) await judgeCall(bash, { command }, { policy: rules })
      }
      rows.push({ name: `judgement of a shell command, warm: ${name}`, cpuUs: await cpuEach(judge, CALLS, passes) })
    }
    return rows
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A tool that says what it would touch, and has no effect: what it says is looked up, judged and held against what runs. */
const touching = tool({
  name: 'look',
  description: 'Looks.',
  input: jsonSchema<{ turn: number }>({ type: 'object', properties: { turn: { type: 'number' } } }),
  access: ({ turn }) => [{ kind: 'read', path: `src/${turn}.ts` }],
  effect: 'none',
  execute: () => 'seen',
})
const secret = 'not-a-real-key-4711'

const LEDGER = 'a budget ledger in memory, time of work included'

/** Each concern that can be set, so that it lets everything through. A new one gets its line here. */
const concerns: Readonly<Record<string, () => Partial<AgentOptions>>> = {
  'a tool that says what it touches': () => ({ tools: [touching] }),
  'permissions, five rules': () => ({ permissions: policy({ rules: RULES, mode: 'full' }) }),
  'hooks, one before and one after a call': () => ({ hooks: hooks({ pre_tool_use: () => undefined, post_tool_use: () => undefined }) }),
  'a budget for the run': () => ({ budget: { perRun: { tokens: 1e12, toolCalls: 1e6 } } }),
  [LEDGER]: () => ({
    budget: { ledger: budgetLedger(memoryStore(), { root: 'bench', limits: { tokens: 1e12, turns: 1e9, toolCalls: 1e9, workMs: 1e12 } }) },
  }),
  timeouts: () => ({ timeouts: { totalMs: 600_000, turnMs: 60_000, firstChunkMs: 60_000, chunkMs: 60_000, toolMs: 60_000 } }),
  lanes: () => ({ lanes: laneQueue() }),
  'data protection, with a secret that tools may have': () => ({
    security: dataProtection({ references: { names: ['KEY'], values: { KEY: secret }, resolve: () => secret } }),
  }),
  'a person, who is not asked': () => ({ confirm: async () => ({ decision: 'approve' }) }),
}

/** All of them but one, their budgets side by side. */
const together = (without?: string): Partial<AgentOptions> =>
  Object.entries(concerns).reduce<Partial<AgentOptions>>((options, [name, make]) => {
    const made = name === without ? {} : make()
    const budget = { ...options.budget, ...made.budget }
    return { ...options, ...made, ...(Object.keys(budget).length > 0 ? { budget } : {}) }
  }, {})

const TURNS = 200
/** Passes before those that count: what is run thousands of times is compiled by then. */
const WARM_UP = 20

export type ConcernRow = JudgementRow & {
  /** Of the whole turn to one with the defaults alone: median of the passes, and best by best. */
  readonly ratio: { readonly median: number; readonly best: number }
}

/** A call with one concern more than an agent has by itself, and with all of them: what it costs beyond one without, pass by pass. */
export async function concernRows(passes: number, { each = true }: { readonly each?: boolean } = {}): Promise<readonly ConcernRow[]> {
  const makers = Object.entries({
    bare: () => ({}),
    ...(each ? concerns : {}),
    'every concern at once but the ledger': () => together(LEDGER),
    'every concern at once': () => together(),
  })
  const samples = new Map<string, number[]>(makers.map(([name]) => [name, []]))
  for (let pass = -WARM_UP; pass < passes; pass++)
    for (const [name, make] of pass % 2 === 0 ? makers : makers.toReversed()) {
      const cpuUs = await cpuOnce(() => callsWith(make()), TURNS)
      if (pass >= 0) samples.get(name)?.push(cpuUs)
    }
  const bare = samples.get('bare') ?? []
  return makers.map(([name]) => {
    const own = samples.get(name) ?? []
    const ratio = { median: median(own.map((cpuUs, pass) => cpuUs / (bare[pass] ?? NaN))), best: Math.min(...own) / Math.min(...bare) }
    if (name === 'bare') return { name: 'a turn with one tool call and the defaults alone', cpuUs: median(bare), ratio }
    return { name: `  ${name}: beyond that`, cpuUs: median(own.map((cpuUs, pass) => cpuUs - (bare[pass] ?? NaN))), ratio }
  })
}

async function callsWith(options: Partial<AgentOptions>): Promise<void> {
  let turn = 0
  const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
  const llm: LlmClient = {
    contract: 1,
    model: { provider: 'bench', id: 'bench' },
    async *stream() {
      const call = { type: 'tool_use' as const, id: `call_${turn}`, name: 'look', input: { turn } }
      const last = turn++ === TURNS
      yield [
        {
          type: 'done',
          message: { role: 'assistant', content: last ? [{ type: 'text', text: 'done' }] : [call] },
          usage,
          stopReason: last ? 'end_turn' : 'tool_use',
        },
      ]
    },
  }
  const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })
  const budget = { ...options.budget, perRun: { turns: TURNS + 2, ...options.budget?.perRun } }
  const agent = createAgent({ llm, tools: [look], ...options, budget })
  await (await agent.run('go')).completed()
  await agent.close()
}

async function cpuEach(work: () => Promise<void>, units: number, passes: number): Promise<number> {
  await work()
  const samples: number[] = []
  for (let pass = 0; pass < passes; pass++) samples.push(await cpuOnce(work, units))
  return median(samples)
}

async function cpuOnce(work: () => Promise<void>, units: number): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / units
}
