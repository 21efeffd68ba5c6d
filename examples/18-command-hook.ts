/**
 * A hook outside the program: a command that is asked before every shell command, and blocks `rm`, also where it hides in a longer line.
 * The model reads why and finds another way; a second hook only listens and is told how the run ended.
 *
 * Run: node 18-command-hook.ts
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, policy } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { combineHooks, commandHooks } from '@seamfold/hooks'
import { codingTools } from '@seamfold/tools'

const workspace = mkdtempSync(join(tmpdir(), 'seamfold-example-'))
writeFileSync(join(workspace, 'notes.txt'), 'The only copy.\n')

const noRm = commandHooks({ command: [process.execPath, join(import.meta.dirname, 'hooks/no-rm.mjs')], timeoutMs: 10_000 })
const listener = commandHooks({ shell: 'cat > .ended.json', directory: workspace })
const hooks = combineHooks([
  { on: 'pre_tool_use', tool: 'bash', hooks: noRm, name: 'no rm' },
  { on: ['on_success', 'on_error'], hooks: listener },
])

const agent = createAgent({
  // What a model might say: it tries to remove the notes, reads that it may not, and moves them.
  llm: scriptedLlm([
    [callOf('bash', { command: 'ls && command rm -f notes.txt' })],
    [callOf('bash', { command: 'mkdir -p .trash && mv notes.txt .trash/' })],
    'Your notes are in .trash.',
  ]),
  tools: codingTools({ workspace }),
  permissions: policy({ default: 'allow' }), // the hook stands before the policy, whatever that allows
  hooks,
})

const run = await agent.run('Clean up.')
for await (const { event } of run) if (event.type === 'tool_end') console.log(`${event.name}: ${JSON.stringify(event.output)}`)
const { text } = await run.completed()
await hooks.idle() // who is told of the end has heard it
console.log(text)

assert.deepEqual(readdirSync(join(workspace, '.trash')), ['notes.txt'])
assert.equal(JSON.parse(readFileSync(join(workspace, '.ended.json'), 'utf8')).text, 'Your notes are in .trash.')
await agent.close()
rmSync(workspace, { recursive: true })
