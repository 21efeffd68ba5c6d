import { askWhenUnknown, createAgent, policy, requestNotes, type Rule, stricterPolicy } from '@seamfold/core'
import { combineHooks, commandHooks, httpHooks } from '@seamfold/hooks'
import { anthropic } from '@seamfold/llm-anthropic'
import { codingScenario, startSimulator } from '@seamfold/simulator'
import { jsonlBlobs, jsonlLeases, jsonlStore, jsonlWatch } from '@seamfold/store-jsonl'
import { codingTools, commandEnvironment } from '@seamfold/tools'

// Without a key: a server on loopback that answers as the provider does.
const simulator = await startSimulator({ scenario: codingScenario() })

// Whatever the mode and the rules: the journal is not written, and what is run or believed only when somebody said so.
const guards: readonly Rule[] = [
  { "deny": { "access": "write", "path": "{**/,}.seamfold{/**,}" } },
  { "ask": { "access": "write", "path": "{**/,}.git{/**,}" } },
  { "ask": { "access": "write", "path": "{**/,}seamfold.config.*" } },
]
const guarded = policy({ layers: [{ layer: 'administrator', rules: guards }, { layer: 'default', rules: [{ ask: { tool: 'bash_outside' } }] }], default: 'allow' })

const coding = codingTools({ workspace: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace", sandbox: { "mode": "auto" } })

const folder = "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace/.seamfold/log-101"
const store = jsonlStore(folder)
const leases = jsonlLeases(folder)

// What the headers hold is not shown here: fill it in.
const hooks = combineHooks([
  { on: "pre_tool_use", tool: "bash", name: "no \"rm\"", hooks: commandHooks({ command: [ "node", "-e", "process.exit(0)" ], directory: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace", environment: { ...commandEnvironment(process.env, { keep: [] }), SEAMFOLD_WORKSPACE: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace" }, timeoutMs: 5000 }) },
  { on: [ "on_error", "post_tool_use" ], path: "src/**", name: "hook 2", hooks: commandHooks({ shell: "true", directory: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace", environment: { ...commandEnvironment(process.env, { keep: [] }), SEAMFOLD_WORKSPACE: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace" } }) },
  { on: "on_error", priority: 3, name: "hook 3", hooks: httpHooks({ url: "https://ops.example/hooks", headers: { "X-Team": '' }, secret: process.env["HOOK_SECRET"] ?? '' }) },
])

const agent = createAgent({
  llm: anthropic({ model: "claude-sonnet-4-5", apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl }),
  instructions: "Two\nlines, `ticks` and ${nothing}.\u2028",
  permissions: stricterPolicy(policy({ mode: "auto-edit" }), guarded),
  tools: [...coding.filter(({ definition }) => [ "read", "ls", "bash", "glob" ].includes(definition.name)).map(askWhenUnknown)],
  store,
  leases,
  blobs: jsonlBlobs(folder),
  watch: jsonlWatch(folder),
  hooks,
  budget: { perRun: {} },
  use: [requestNotes()],
})

const run = await agent.run('What is in this folder?')
for await (const { event } of run) if (event.type === 'text_delta') process.stdout.write(event.text)
const result = await run.result
console.log(`\n${result.status}`)
await agent.close()
await hooks.idle() // whoever is told of the end hears it
await store.close?.()
await simulator.close()
