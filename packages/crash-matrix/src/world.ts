/** What the scenarios share: a model at the simulator, the SQLite store, and a policy that lets everything run. */
import { join } from 'node:path'
import { env } from 'node:process'
import { memoryLeases, type PermissionPolicy, policy } from '@seamfold/core'
import type { LeaseStore, LlmClient, SessionStore } from '@seamfold/core/kit'
import type { CrashScenario, CrashWorld, Surroundings } from '@seamfold/core/testing/node'
import { openai, type OpenAiOptions } from '@seamfold/llm-openai'
import { type Scenario, startSimulator } from '@seamfold/simulator'
import { sqliteStore } from '@seamfold/store-sqlite'

const ADDRESS = 'CRASH_MATRIX_MODEL'

/** A simulator that outlives the killed processes. Whatever it had to refuse is a violation. */
export function modelledBy(scenario: Scenario): () => Promise<Surroundings> {
  return async () => {
    const simulator = await startSimulator({ scenario, keepRequests: 100_000 })
    return {
      env: { [ADDRESS]: simulator.openaiBaseUrl },
      violations: () =>
        simulator.requests.flatMap(({ number, verdict }) =>
          verdict.status === 'refused' || verdict.status === 'scenario_error' ? [`request ${number} was refused: ${verdict.message}`] : [],
        ),
      close: () => simulator.close(),
    }
  }
}

/** The model that the surroundings play. */
export const model = (options: Partial<OpenAiOptions> = {}): LlmClient =>
  openai({ model: 'gpt-5.4-mini', apiKey: 'any', baseURL: env[ADDRESS] ?? '', mode: 'responses', ...options })

export const databasePath = ({ directory }: CrashWorld): string => join(directory, 'sessions.db')

export const inSqlite = (world: CrashWorld): SessionStore => sqliteStore(databasePath(world))

/** Nobody is asked, since what is asked for is another scenario's matter. */
export const everythingAllowed: PermissionPolicy = policy({ default: 'allow' })

/** The matrix kills: whoever held the session before is dead, as leases that only this process knows of say. */
export const afterTheDead = (): LeaseStore => memoryLeases()

/** The parts of a scenario that nearly all of them share. */
export const common: Pick<CrashScenario, 'store' | 'prompts'> = { store: inSqlite, prompts: ['Do it.'] }
