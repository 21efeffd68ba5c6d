/** The routes about the agent's process and the parts that it is made of. */
import { readBody } from './body.ts'
import { RequestFailure } from './failure.ts'
import type { PartsReport } from './parts.ts'
import type { AgentProcesses } from './processes.ts'
import { emptyBody, partsBody, scenarioBody } from './requests.ts'
import type { Routes } from './router.ts'

export type ProcessState = {
  readonly state: 'running' | 'gone'
  readonly pid?: number
  /** How often it was started. */
  readonly starts: number
  /** How the last one ended. */
  readonly ended?: string
}

function reportOf({ parts }: AgentProcesses): PartsReport {
  if (parts === undefined) throw new RequestFailure(404, 'not_found', "This server's parts cannot be replaced.")
  return parts.report()
}

export function processRoutes(processes: AgentProcesses, maxBodyBytes: number): Routes {
  return {
    'GET /api/agent': () => Promise.resolve(processes.state()),
    'POST /api/agent/kill': async ({ request }) => {
      await readBody(request, emptyBody, maxBodyBytes)
      await processes.kill()
      return processes.state()
    },
    'POST /api/agent/start': async ({ request }) => {
      await readBody(request, emptyBody, maxBodyBytes)
      await processes.start()
      return processes.state()
    },
    'GET /api/parts': async () => reportOf(processes),
    'POST /api/parts': async ({ request }) => {
      const { anyway = false, ...wish } = await readBody(request, partsBody, maxBodyBytes)
      await processes.change(wish, anyway)
      return reportOf(processes)
    },
    'POST /api/scenarios/:id': async ({ id, request }) => {
      const { anyway = false } = await readBody(request, scenarioBody, maxBodyBytes)
      return { id: await processes.play(id, anyway) }
    },
  }
}
