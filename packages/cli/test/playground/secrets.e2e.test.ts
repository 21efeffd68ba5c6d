/** The promise of the playground about secrets: one that is known is told by no answer and written to no file, whichever way it came in. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isType, playground } from './process-stage.ts'

const secret = 'swordfish-4711-Quokka-zebra'

async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = await Promise.all(files.map((file) => readFile(file, 'latin1')))
  return files.filter((_, index) => contents[index]?.includes(text))
}

test('a secret that is known is told by no answer and written to no file, whichever way it came in', async () => {
  await using here = await playground({
    environment: { DEPLOY_TOKEN: secret },
    prepare: (folder) => writeFile(join(folder, 'README.md'), `# Waymark\n\nDeploy with ${secret}.\n`),
  })
  const told: unknown[] = []
  const ask = async (path: string, body?: unknown): Promise<{ readonly id: string }> => {
    const answer = await here.ask(path, body)
    told.push(answer.body)
    return answer.body
  }
  const { id } = await ask('/api/sessions', { metadata: { note: `with ${secret}` } })
  await ask(`/api/sessions/${id}/send`, { prompt: `What is in this folder? The token is ${secret}.` })
  await ask(`/api/sessions/${id}/steer`, { prompt: `Say ${secret} in the end.` })
  const facts = await here.read(id, isType('agent_end', 'error'))
  told.push(facts)
  const read = facts.findIndex(({ event }) => event.type === 'tool_execution_start' && event.name === 'read')
  const started = facts[read]?.event
  const call = started?.type === 'tool_execution_start' ? started.callId : ''
  const fork = await ask(`/api/sessions/${id}/fork`, {
    at: facts[read]?.cursor,
    keepRun: true,
    metadata: { note: secret },
    results: { [call]: { content: `It says ${secret}.` } },
    change: { instructions: `Never say ${secret}.` },
  })
  expect(fork.id).toBeDefined()
  await ask(`/api/sessions/${fork.id}/resume`, {})
  told.push(await here.read(fork.id, isType('agent_end', 'error')))
  for (const path of ['/api/about', '/api/parts', '/api/sessions', `/api/sessions/${id}/diff?with=${fork.id}`]) await ask(path)
  await ask(`/api/sessions/${id}/request?at=${facts.findLast(({ event }) => event.type === 'turn_end')?.cursor}`)
  await ask(`/api/sessions/${fork.id}/cancel`, { reason: `because of ${secret}` })
  await ask('/api/agent/kill', {})
  expect((await ask(`/api/sessions/${id}/fork`, { metadata: { note: secret } })).id).toBeDefined()
  expect(told.filter((answer) => JSON.stringify(answer).includes(secret)).map((answer) => JSON.stringify(answer).slice(0, 300))).toEqual([])
  expect(await filesWith(join(here.folder, '.seamfold'), secret)).toEqual([])
})
