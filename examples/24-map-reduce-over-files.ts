/**
 * Map and reduce over the files of a folder: an agent reads each file with a real tool and answers in a schema; code adds up.
 *
 * Run: node 24-map-reduce-over-files.ts
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, executeStepsParallel } from '@seamfold/core'
import type { LlmRequest } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { localWorkspace, readTool } from '@seamfold/tools'

const folder = mkdtempSync(join(tmpdir(), 'seamfold-'))
const texts = { 'a.ts': '// TODO: one\n// TODO: two\n', 'b.ts': 'export {}\n', 'c.ts': '// TODO: three\n' }
for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)

/** Takes a model's place: reads the file that it is asked about, and counts what the tool really returned. */
const reply = ({ messages }: LlmRequest) => {
  const said = JSON.stringify(messages)
  const file = /File: (\S+?)"/.exec(said)?.[1] ?? ''
  const read = messages.some(({ role }) => role === 'assistant')
  return read ? JSON.stringify({ todos: said.split('TODO:').length - 1 }) : [callOf('read', { file_path: file })]
}
const files = await readdir(folder)
const agent = createAgent({
  llm: scriptedLlm(files.flatMap(() => [reply, reply])),
  instructions: 'Count the open ends of one file.',
  tools: [readTool(localWorkspace(folder))],
})

const counted = await executeStepsParallel(
  agent.executor(),
  files.map((file) => ({
    taskId: file,
    agent: 'default',
    description: `Count in ${file}`,
    prompt: `File: ${file}`,
    outputSchema: { type: 'object', properties: { todos: { type: 'integer' } }, required: ['todos'], additionalProperties: false },
  })),
)

const failed = counted.filter(({ success }) => !success)
const total = counted.reduce((sum, { structured }) => sum + (structured as { readonly todos: number }).todos, 0)
for (const { taskId, structured } of counted) console.log(taskId, structured)
console.log({ total })
assert.deepEqual({ failed, total }, { failed: [], total: 3 })
rmSync(folder, { recursive: true })
