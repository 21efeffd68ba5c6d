import { askWhenUnknown, createAgent, dataProtection, jsonSchema, policy, requestNotes, type Rule, stepTool, stricterPolicy } from '@seamfold/core'
import { remoteExecutor } from '@seamfold/executor-remote'
import { anthropic } from '@seamfold/llm-anthropic'
import { codingScenario, startSimulator } from '@seamfold/simulator'
import { jsonlBlobs, jsonlLeases, jsonlStore, jsonlWatch } from '@seamfold/store-jsonl'
import { codingTools, commandEnvironment, localWorkspace, workspaceSecrets } from '@seamfold/tools'

// Without a key: a server on loopback that answers as the provider does.
const simulator = await startSimulator({ scenario: codingScenario() })

const rules: readonly Rule[] = [
  { "deny": { "access": "read", "path": "**/.env*" } },
]
// Whatever the mode and the rules: the journal is not written, and what is run or believed only when somebody said so.
const guards: readonly Rule[] = [
  { "deny": { "access": "write", "path": "{**/,}.seamfold{/**,}" } },
  { "ask": { "access": "write", "path": "{**/,}.git{/**,}" } },
  { "ask": { "access": "write", "path": "{**/,}seamfold.config.*" } },
]
const guarded = policy({ rules, layers: [{ layer: 'administrator', rules: guards }, { layer: 'default', rules: [{ ask: { tool: 'bash_outside' } }] }], default: 'allow' })

const environment = commandEnvironment(process.env, { keep: [ "HOME" ] })
const coding = codingTools({ workspace: localWorkspace("/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace", { environment, sandbox: { "mode": "auto", "network": { "hosts": [ "example.com" ] }, "writable": [ "~/.npm" ] } }) })
// Tasks are done by a worker elsewhere, with its own model, tools and folder.
const executor = remoteExecutor({ url: "ws://127.0.0.1:42859/" })
type Task = { readonly agent: string; readonly prompt: string }
const task = stepTool<{ readonly tasks: readonly Task[] }>({
  name: 'task',
  description: "Give tasks to agents that work on their own; 'default' is the worker's own agent.",
  input: jsonSchema({
    type: 'object',
    required: ['tasks'],
    properties: {
      tasks: {
        type: 'array',
        items: { type: 'object', required: ['agent', 'prompt'], properties: { agent: { type: 'string' }, prompt: { type: 'string' } } },
      },
    },
  }),
  access: ({ tasks }) => tasks.map(({ agent }) => ({ kind: 'agent', agent })),
  executor,
  tasksOf: ({ tasks }) => tasks.map((each) => ({ ...each, description: each.prompt.slice(0, 60) })),
})

const folder = "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace/.seamfold/log-186"
const store = jsonlStore(folder)
const leases = jsonlLeases(folder)

// Variables that look like keys, and what lies in .env files.
const secrets = workspaceSecrets({ directory: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace" })

const agent = createAgent({
  llm: anthropic({ model: "claude-sonnet-4-5", apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl }),
  instructions: "You work on the code in one folder, with tools that look at it, change it and run commands in it.\nLook before you change: read the files that matter, and run the tests where there are some.\nMake the smallest change that solves the task, in the style of the code around it. When you have changed something, check it: run the tests again.\nWhen you are done, say in a few sentences what was wrong, what you changed and how you know that it works. If you could not do it, say so and why.",
  permissions: stricterPolicy(policy({ mode: "full", rules }), guarded),
  tools: [...coding.filter(({ definition }) => [ "read", "ls" ].includes(definition.name)).map((each) => ([ "bash", "git" ].includes(each.definition.name) ? askWhenUnknown(each) : each)), task],
  store,
  leases,
  blobs: jsonlBlobs(folder),
  watch: jsonlWatch(folder),
  security: dataProtection({ values: secrets }),
  budget: { perRun: { "tokens": 1000000, "toolCalls": 50 } },
  timeouts: { "toolMs": 60000 },
  use: [requestNotes()],
})

const run = await agent.run('What is in this folder?')
for await (const { event } of run) if (event.type === 'text_delta') process.stdout.write(event.text)
const result = await run.result
console.log(`\n${result.status}`)
await agent.close()
await store.close?.()
await executor.close()
await simulator.close()
