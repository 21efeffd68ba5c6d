/** The promise of docs/http.md to whoever builds a front end on it: its tables are what the server does. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createAgent, memoryStore } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { AgentProcesses } from '../../src/playground/processes.ts'
import { partsBody } from '../../src/playground/requests.ts'
import { processRoutes } from '../../src/playground/process-routes.ts'
import type { PlaygroundWorkflows } from '../../src/playground/types.ts'
import { routesOf } from '../../src/playground/routes.ts'
import { stage } from './stage.ts'

const page = await readFile(fileURLToPath(new URL('../../../../docs/http.md', import.meta.url)), 'utf8')

/** Without what is asked for, and with names as the router has them. */
const documented = [...page.matchAll(/^\| `((?:GET|POST) \/api[^`?]*)/gm)].map(([, route = '']) => route)

const none: PlaygroundWorkflows = {
  files: () => Promise.resolve([]),
  look: () => Promise.resolve([]),
  run: () => Promise.reject(new Error('there is none')),
  cancel: () => false,
  running: () => [],
  about: () => Promise.resolve({ here: false }),
}

const surroundings = { maxBodyBytes: 1_000, heartbeatMs: 1_000, signal: new AbortController().signal }

test('every route is documented, and every documented route is there', () => {
  const store = memoryStore()
  const agent = createAgent({ llm: scriptedLlm([]), store })
  const here = routesOf({ playground: { agent, store, workflows: none, about: { model: 'm', simulated: true } }, ...surroundings })
  const processes = { store, start: () => Promise.reject(new Error('not started')) }
  const elsewhere = processRoutes(new AgentProcesses({ processes, ...surroundings }), 1_000)
  const routes = new Set([...Object.keys(here), ...Object.keys(elsewhere)])
  expect(documented.toSorted()).toEqual([...routes].toSorted())
})

test('every part that can be wished for is documented, and no other', () => {
  const table = /\| key \| is \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(page.slice(page.indexOf('## Other parts')))?.[1] ?? ''
  const named = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key)
  const known = Object.keys((partsBody as unknown as { readonly shape: object }).shape).filter((key) => key !== 'anyway')
  expect(new Set(named)).toEqual(new Set(known))
})

test('a route that is asked in another way says which way it takes', async () => {
  await using here = await stage()
  for (const route of documented) {
    const [method, path = ''] = route.split(' ')
    const other = method === 'GET' ? here.post : here.get
    const reply = await other(path.replace(':id', 'nobody'))
    const { code } = (await reply.json()) as { code?: string }
    // Parts, scenarios and workflows of files are those of an agent in a process of its own; some paths take both ways.
    const expected = /parts|scenarios|agent\/|workflows\/:id\//.test(path)
      ? ['method_not_allowed', 'not_found']
      : ['method_not_allowed', undefined]
    expect([route, expected.includes(code)]).toEqual([route, true])
  }
})
