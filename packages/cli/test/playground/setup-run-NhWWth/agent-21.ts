import { answerKey, createAgent, dailyLedger, dataProtection, environmentSecrets, laneQueue, memoryLeases, memoryStore, policy, requestNotes, type Rule, type RuleLayer, storeBlobs, stricterPolicy, taskTool, watchedStore } from '@seamfold/core'
import { combineHooks, commandHooks, httpHooks } from '@seamfold/hooks'
import { anthropic } from '@seamfold/llm-anthropic'
import { codingScenario, startSimulator } from '@seamfold/simulator'
import { codingTools, commandEnvironment, workspaceSecrets } from '@seamfold/tools'

// Without a key: a server on loopback that answers as the provider does.
const simulator = await startSimulator({ scenario: codingScenario() })

const rules: readonly Rule[] = [
  { "allow": { "tool": "bash" } },
  { "ask": { "access": "write", "path": "docs/**" } },
]
const layers: readonly RuleLayer[] = [
  { layer: "user", rules: [ { "allow": { "access": "write", "path": "docs/a.md" } } ] },
  { layer: "administrator", rules: [ { "deny": { "command": "git push *" } } ] },
]
// Whatever the mode and the rules: the journal is not written, and what is run or believed only when somebody said so.
const guards: readonly Rule[] = [
  { "deny": { "access": "write", "path": "{**/,}.seamfold{/**,}" } },
  { "ask": { "access": "write", "path": "{**/,}.git{/**,}" } },
  { "ask": { "access": "write", "path": "{**/,}seamfold.config.*" } },
]
const guarded = policy({ rules, layers: [...layers, { layer: 'administrator', rules: guards }], default: 'allow' })

const coding = codingTools({ workspace: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace", sandbox: { "mode": "off" } })
const task = taskTool()

// Gone with the process: nothing can be resumed.
const store = watchedStore(memoryStore())
const leases = memoryLeases()

// What the headers hold is not shown here: fill it in.
const hooks = combineHooks([
  { on: "pre_tool_use", tool: "bash", name: "no \"rm\"", hooks: commandHooks({ command: [ "node", "-e", "process.exit(0)" ], directory: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace", environment: { ...commandEnvironment(process.env, { keep: [] }), SEAMFOLD_WORKSPACE: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace" }, timeoutMs: 5000 }) },
  { on: [ "on_error", "post_tool_use" ], path: "src/**", name: "hook 2", hooks: commandHooks({ shell: "true", directory: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace", environment: { ...commandEnvironment(process.env, { keep: [] }), SEAMFOLD_WORKSPACE: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace" } }) },
  { on: "on_error", priority: 3, name: "hook 3", hooks: httpHooks({ url: "https://ops.example/hooks", headers: { "X-Team": '' }, secret: process.env["HOOK_SECRET"] ?? '' }) },
])

// Variables that look like keys, and what lies in .env files.
const secrets = workspaceSecrets({ directory: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace", hide: [ "TEAM_NAME", "HOOK_SECRET" ] })

// All sessions in the store spend from it; a new day begins at midnight, by the clock of this machine.
const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions()
const ledger = dailyLedger(store, { limits: { "tokens": 9000000 }, leases, zone })
const lanes = laneQueue({ ...{ "execute": { "concurrency": 1, "retry": { "attempts": 2 } }, "tools": { "bash": "generate" } }, store })

const agent = createAgent({
  llm: anthropic({ model: "claude-sonnet-4-5", apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl }),
  instructions: "You work on the code in one folder, with tools that look at it, change it and run commands in it.\nLook before you change: read the files that matter, and run the tests where there are some.\nMake the smallest change that solves the task, in the style of the code around it. When you have changed something, check it: run the tests again.\nWhen you are done, say in a few sentences what was wrong, what you changed and how you know that it works. If you could not do it, say so and why.",
  permissions: stricterPolicy(policy({ mode: "full", rules, layers }), guarded),
  tools: [...coding.filter(({ definition }) => [ "read", "ls" ].includes(definition.name)), task],
  store,
  leases,
  blobs: storeBlobs(store),
  watch: store,
  hooks,
  security: dataProtection({ values: secrets, references: environmentSecrets({ ...secrets, ...process.env }, [ "HOOK_SECRET" ]), shapes: false }),
  budget: { perRun: { "turns": 9 }, perSession: { "tokens": 2000000 }, ledger },
  lanes,
  answerKey: answerKey(process.env['SEAMFOLD_ANSWER_KEY'] ?? ''),
  use: [requestNotes()],
})

const run = await agent.run('What is in this folder?')
for await (const { event } of run) if (event.type === 'text_delta') process.stdout.write(event.text)
const result = await run.result
console.log(`\n${result.status}`)
await agent.close()
await ledger.close()
await lanes.close()
await hooks.idle() // whoever is told of the end hears it
await simulator.close()
