/**
 * Many agents: one plans, several read side by side, one reviews. Anything richer is ordinary TypeScript around the verbs.
 *
 * Run: node 15-plan-fan-out-review.ts
 */
import assert from 'node:assert/strict'
import { createAgent, Workflow, WorkflowBudget } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'

const findings: Record<string, string> = {
  'src/login.ts': 'The token is compared with ===.',
  'src/session.ts': 'Nothing.',
  'src/reset.ts': 'The link never expires.',
}
const agent = createAgent({
  llm: scriptedLlm([]),
  agents: {
    plan: { llm: scriptedLlm([JSON.stringify({ files: Object.keys(findings) })]), instructions: 'Say which files matter.' },
    explore: {
      // Asked in any order, since the steps run side by side: answers by what it is asked.
      llm: scriptedLlm(
        Object.keys(findings).map(() => ({ messages }) => {
          const [block] = messages[0]?.content ?? []
          const prompt = block?.type === 'text' ? block.text : ''
          return Object.entries(findings).find(([file]) => prompt.includes(file))?.[1] ?? 'Nothing.'
        }),
      ),
      instructions: 'Read one file and say what is wrong in it.',
    },
    review: { llm: scriptedLlm(['Fix the reset link first, then the comparison.']), instructions: 'Weigh the findings.' },
  },
})

const workflow = new Workflow({
  executor: agent.executor(),
  budget: new WorkflowBudget({ tokens: 100_000 }),
  onEvent(event) {
    if (event.type === 'phase_start') console.log(`${event.name}: ${event.stepCount} steps`)
    if (event.type === 'step_end') console.log(`  ${event.status} ${event.taskId}`)
  },
})

const plan = await workflow.agent({
  taskId: 'plan',
  agent: 'plan',
  description: 'Which files matter',
  prompt: 'Which files does the login touch?',
  outputSchema: {
    type: 'object',
    properties: { files: { type: 'array', items: { type: 'string' } } },
    required: ['files'],
    additionalProperties: false,
  },
})
const { files } = plan.structured as { readonly files: readonly string[] }

const read = await workflow.phase(
  'read',
  files.map((file) => ({ taskId: file, agent: 'explore', description: `Read ${file}`, prompt: `Review ${file}.`, retry: { attempts: 2 } })),
)

const found = read.map(({ taskId, output }) => `${taskId}: ${output}`).join('\n')
const review = await workflow.agent({ taskId: 'review', agent: 'review', description: 'Weigh', prompt: `What comes first?\n${found}` })
console.log(review.output, workflow.budgetSnapshot())
assert.equal(review.output, 'Fix the reset link first, then the comparison.')
assert.match(found, /reset\.ts: The link never expires/)
await workflow.close()
