/** The routes that begin a workflow from its file, go on with one, and stop one. */
import { isAgentError } from '@seamfold/core/kit'
import { readBody } from './body.ts'
import { given } from './given.ts'
import { emptyBody, workflowFileBody, workflowRunBody } from './requests.ts'
import type { Routes } from './router.ts'
import type { PlaygroundWorkflows } from './types.ts'

export function workflowRoutes(workflows: PlaygroundWorkflows, maxBodyBytes: number): Routes {
  return {
    'GET /api/workflow-files': async () => ({ files: await workflows.files(), running: workflows.running() }),
    'POST /api/workflow-files': async ({ request }) => {
      const { file } = await readBody(request, workflowFileBody, maxBodyBytes)
      return { workflows: await workflows.look(file) }
    },
    'POST /api/workflows': async ({ request }) => {
      const wish = given(await readBody(request, workflowRunBody, maxBodyBytes))
      return { id: await workflows.run(wish) }
    },
    'POST /api/workflows/:id/resume': async ({ id, request }) => {
      const wish = given(await readBody(request, workflowFileBody, maxBodyBytes))
      try {
        return { id: await workflows.run({ ...wish, rootId: id }) }
      } catch (error) {
        // Two people at once: one of them has resumed it.
        if (isAgentError(error, 'session_busy')) return { id }
        throw error
      }
    },
    'POST /api/workflows/:id/cancel': async ({ id, request }) => {
      await readBody(request, emptyBody, maxBodyBytes)
      return { cancelled: workflows.cancel(id) }
    },
  }
}
