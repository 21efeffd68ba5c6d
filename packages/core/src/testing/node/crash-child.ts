/** What each process of a scenario runs: all of the work, from wherever the journal stands. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { AgentError } from '../../base/errors.ts'
import { createAgent } from '../../session/agent.ts'
import type { Run, RunResult, Session } from '../../session/types.ts'
import { type CrashScenario, type CrashWorld, SCENARIO_SESSION } from './crash-scenario.ts'
import { effectFile } from './effect-log.ts'
import { killPoints } from './kill-points.ts'
import { watchedLlm, watchedTool } from './watched-parts.ts'
import { watchedStore } from './watched-store.ts'

/** What a process is told through its environment. */
export type CrashOrder = {
  readonly module: string
  readonly scenario: string
  readonly directory: string
  /** Which place to be killed at, counted from 1; 0 for none. */
  readonly killAt: number
  readonly attempt: number
}

export const ORDER_VARIABLE = 'SEAMFOLD_CRASH_ORDER'

/** What a process that was not killed leaves: the places that it came by, and the tools that can tell what they did. */
export type CrashReport = { readonly reached: readonly string[]; readonly probing: readonly string[] }

export const REPORT_FILE = 'report.json'

/** Called in a process of its own by `crashMatrix`. */
export async function runCrashChild(): Promise<void> {
  const order = JSON.parse(env[ORDER_VARIABLE] ?? '{}') as CrashOrder
  const { directory, attempt } = order
  const scenario = await findScenario(order)
  const points = killPoints(directory, order.killAt)
  const world: CrashWorld = { directory, attempt, effects: effectFile(directory), point: (name) => points.reach(name) }
  const store = watchedStore(scenario.store(world), directory, points)
  const options = await scenario.agent(world)
  const { llm, tools = [] } = options
  const agent = createAgent({
    ...options,
    llm: watchedLlm(llm, points),
    tools: tools.map((each) => watchedTool(each, points)),
    store,
  })
  await work(await agent.session({ id: SCENARIO_SESSION }), scenario)
  await agent.close()
  await store.close?.()
  const probing = tools.filter(({ probe }) => probe !== undefined).map(({ definition }) => definition.name)
  writeFileSync(join(directory, REPORT_FILE), JSON.stringify({ reached: points.reached, probing } satisfies CrashReport))
}

async function findScenario({ module, scenario }: CrashOrder): Promise<CrashScenario> {
  const exported = Object.values((await import(module)) as Record<string, unknown>)
  const found = exported.flat().find((each) => typeof each === 'object' && each !== null && 'name' in each && each.name === scenario)
  if (found !== undefined) return found as CrashScenario
  throw new AgentError(
    'invalid_argument',
    `${module} exports no scenario called '${scenario}': export it (alone or in an array), and set its 'module' to import.meta.url`,
  )
}

/** Each prompt to its end. A send id that was used before gives the run that it began. */
async function work(session: Session, scenario: CrashScenario): Promise<void> {
  await toItsEnd(session, await session.resume(), scenario)
  for (const [index, prompt] of scenario.prompts.entries())
    await toItsEnd(session, await session.send(prompt, { id: `${scenario.name} ${index + 1}` }), scenario)
}

async function toItsEnd(session: Session, started: Run | undefined, scenario: CrashScenario): Promise<void> {
  let run = started
  while (run !== undefined) {
    const result: RunResult = await run.result
    if (result.status !== 'suspended') return
    for (const request of await session.waitingFor())
      await session.answer(request.requestId, scenario.answer?.(request) ?? { decision: 'approve' })
    run = await session.resume()
  }
}
