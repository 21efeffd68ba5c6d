/** Runs steps on a few workers while these are killed, stopped and cut off, and judges what came of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { executorPool } from '@seamfold/executor-remote'
import { judge } from './judge.ts'
import { makeMischief, type Mischief } from './mischief.ts'
import { randomFrom } from './random.ts'
import { GRACE_MS, HEARTBEAT_MS, TOKEN } from './serve-worker.ts'
import { StepWitness } from './step-witness.ts'
import { startVictim, type Victim } from './victim.ts'

export interface ChaosOptions {
  readonly workers: number
  readonly steps: number
  /** Steps that a worker runs at once. */
  readonly capacity: number
  /** Milliseconds between two pieces of a text. */
  readonly paceMs: number
  readonly seed: number
  /** Whether workers hold leases: then a step of a killed one waits until its lease runs out. */
  readonly leases: boolean
  /** What a worker process runs. Default: a sound worker. */
  readonly module?: URL
  /** Bytes that no process may go beyond. */
  readonly maxRss: number
}

export interface ChaosResult {
  readonly options: ChaosOptions
  readonly tookMs: number
  readonly mischief: Mischief
  /** Steps by what they came to. */
  readonly completed: number
  readonly reported: number
  /** What was reported of those that did not complete. */
  readonly reasons: readonly string[]
  readonly facts: number
  readonly lives: number
  readonly textsWhole: number
  readonly effects: number
  readonly unknownEffects: number
  readonly peakRss: { readonly workers: number; readonly caller: number }
  readonly violations: readonly string[]
}

const SOUND = new URL('worker-process.ts', import.meta.url)
/** Milliseconds in which every step must have come to its end: one that hangs is a violation. */
const PATIENCE_MS = 600_000

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const directory = mkdtempSync(join(tmpdir(), 'seamfold-chaos-'))
  const { workers, capacity, paceMs, leases, module = SOUND } = options
  const victims: Victim[] = []
  try {
    for (let index = 0; index < workers; index++) victims.push(await startVictim(module, { directory, paceMs, capacity, leases }))
    return await runOn(victims, directory, options)
  } finally {
    await Promise.all(victims.map((victim) => victim.end()))
    rmSync(directory, { recursive: true, force: true })
  }
}

async function runOn(victims: readonly Victim[], directory: string, options: ChaosOptions): Promise<ChaosResult> {
  const [first, ...others] = victims
  if (first === undefined) throw new Error('Chaos needs a worker')
  const calm = new AbortController()
  const began = performance.now()
  const mischief = makeMischief([first, ...others], randomFrom(options.seed), calm.signal)
  const { witnesses, peakRss } = await runSteps(victims, options).finally(() => calm.abort())
  const done = await mischief
  const tookMs = performance.now() - began
  const { violations, ...world } = await judge(directory, witnesses)
  const all = [...witnesses.values()]
  const rss = { workers: Math.max(...victims.map((victim) => victim.peakRss)), caller: peakRss }
  return {
    options,
    tookMs,
    mischief: done,
    completed: all.filter(({ outcome }) => outcome?.status === 'completed').length,
    reported: all.filter(({ outcome }) => outcome !== undefined && outcome.status !== 'completed').length,
    reasons: all.flatMap(({ outcome }) =>
      outcome === undefined || outcome.status === 'completed' ? [] : [`${outcome.status}: ${outcome.output}`],
    ),
    facts: sum(all.map(({ facts }) => facts.length)),
    lives: sum(all.map(({ lives }) => lives)),
    textsWhole: sum(all.map(({ textsWhole }) => textsWhole)),
    ...world,
    peakRss: rss,
    violations: [...violations, ...memoryProblems(rss, options)],
  }
}

type Ran = { readonly witnesses: ReadonlyMap<string, StepWitness>; readonly peakRss: number }

/** As many steps at once as the workers take, and a few more that wait. */
async function runSteps(victims: readonly Victim[], { steps, capacity }: ChaosOptions): Promise<Ran> {
  const calling = { token: TOKEN, heartbeatMs: HEARTBEAT_MS, graceMs: GRACE_MS }
  await using pool = executorPool({ workers: victims.map(({ url }) => ({ url, ...calling })) })
  const witnesses = new Map(Array.from({ length: steps }, (_, index) => [`step-${index}`, new StepWitness()]))
  const left = witnesses.entries()
  const signal = AbortSignal.timeout(PATIENCE_MS)
  let peakRss = 0
  const work = async (): Promise<void> => {
    for (const [taskId, witness] of left) {
      const spec = { taskId, agent: 'default', description: 'Leaves three marks.', prompt: `Do ${taskId}.` }
      await pool.executeStep(spec, { signal, onEvent: witness.see }).then(
        (outcome) => witness.settle(outcome),
        (error: unknown) => witness.violations.push(`it rejected: ${String(error)}`),
      )
      peakRss = Math.max(peakRss, process.memoryUsage().rss)
    }
  }
  await Promise.all(Array.from({ length: victims.length * capacity + 4 }, work))
  return { witnesses, peakRss }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

const memoryProblems = (rss: ChaosResult['peakRss'], { maxRss }: ChaosOptions): readonly string[] =>
  Object.entries(rss)
    .filter(([, bytes]) => bytes > maxRss)
    .map(([who, bytes]) => `the ${who} took ${bytes} bytes of memory; ${maxRss} are allowed`)
