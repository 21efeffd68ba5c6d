import { AgentRegistry, answerKey, askUser, createAgent, dataProtection, policy, requestNotes, type Rule, stricterPolicy, taskTool } from '@seamfold/core'
import { anthropic } from '@seamfold/llm-anthropic'
import { codingScenario, startSimulator } from '@seamfold/simulator'
import { sqliteBlobs, sqliteDatabase, sqliteLeases, sqliteStore, sqliteWatch } from '@seamfold/store-sqlite'
import { codingTools, workspaceSecrets } from '@seamfold/tools'

// Without a key: a server on loopback that answers as the provider does.
const simulator = await startSimulator({ scenario: codingScenario() })

const rules: readonly Rule[] = [
  { "allow": { "tool": "bash", "command": "git status" } },
]
// Whatever the mode and the rules: the journal is not written, and what is run or believed only when somebody said so.
const guards: readonly Rule[] = [
  { "deny": { "access": "write", "path": "{**/,}.seamfold{/**,}" } },
  { "ask": { "access": "write", "path": "{**/,}.git{/**,}" } },
  { "ask": { "access": "write", "path": "{**/,}seamfold.config.*" } },
]
const guarded = policy({ rules, layers: [{ layer: 'administrator', rules: guards }], default: 'allow' })

const coding = codingTools({ workspace: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace" })
const agents = new AgentRegistry()
agents.register({
    "name": "release-notes",
    "description": "Writes \"notes\".",
    "prompt": "Two\nlines, `ticks` and ${nothing}.",
    "tools": [
      "read",
      "l*"
    ],
    "maxSteps": 5
  })
agents.register({
    "name": "auditor",
    "description": "Audits.",
    "prompt": "Two\nlines, `ticks` and ${nothing}.",
    "tools": [
      "read",
      "l*"
    ],
    "maxSteps": 5,
    "extends": "release-notes",
    "disallowedTools": [
      "ls"
    ],
    "model": "claude-haiku-4-5"
  })
agents.register({
    "name": "careful",
    "description": "Asks.",
    "hidden": true,
    "outputSchema": {
      "type": "object",
      "properties": {
        "ok": {
          "type": "boolean"
        }
      }
    },
    "permissions": policy({ "rules": [ { "deny": { "command": "git push *" } } ], "default": "ask" })
  })
const task = taskTool({ agents, model: (name) => anthropic({ model: name, apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl }) })

const database = sqliteDatabase("/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace/.seamfold/sessions-0.db")
const store = sqliteStore(database)
const leases = sqliteLeases(database)

// Variables that look like keys, and what lies in .env files.
const secrets = workspaceSecrets({ directory: "/tmp/h/page/packages/cli/test/playground/setup-run-NhWWth/workspace" })

const agent = createAgent({
  llm: anthropic({ model: "claude-sonnet-4-5", apiKey: 'simulated', baseURL: simulator.anthropicBaseUrl }),
  instructions: "You work on the code in one folder, with tools that look at it, change it and run commands in it.\nLook before you change: read the files that matter, and run the tests where there are some.\nMake the smallest change that solves the task, in the style of the code around it. When you have changed something, check it: run the tests again.\nWhen you are done, say in a few sentences what was wrong, what you changed and how you know that it works. If you could not do it, say so and why.",
  permissions: stricterPolicy(policy({ mode: "ask", rules }), guarded),
  tools: [...coding, task, askUser()],
  store,
  leases,
  blobs: sqliteBlobs(database),
  watch: sqliteWatch(database),
  security: dataProtection({ values: secrets }),
  budget: { perRun: { "turns": 5 } },
  answerKey: answerKey(process.env['SEAMFOLD_ANSWER_KEY'] ?? ''),
  use: [requestNotes()],
})

const run = await agent.run('What is in this folder?')
for await (const { event } of run) if (event.type === 'text_delta') process.stdout.write(event.text)
const result = await run.result
console.log(`\n${result.status}`)
await agent.close()
await database.close()
await simulator.close()
