/**
 * Secrets: one that a tool uses without the model ever seeing it, and one that a tool prints by mistake. Neither is in any request or
 * fact.
 *
 * Run: node 21-secrets.ts
 */
import assert from 'node:assert/strict'
import { createAgent, dataProtection, environmentSecrets, jsonSchema, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'

const environment = { DEPLOY_TOKEN: 'k3Y-0f-the-d3ploy', DATABASE_PASSWORD: 'p4ss-0f-the-data' }

const deploy = tool({
  name: 'deploy',
  description: 'Deploy the site.',
  input: jsonSchema<{ token: string }>({ type: 'object', properties: { token: { type: 'string' } }, required: ['token'] }),
  secrets: ['token'],
  effect: 'idempotent',
  execute({ token }) {
    assert.equal(token, environment.DEPLOY_TOKEN) // the only place that has it
    return `deployed with ${token}, and by mistake: ${btoa(`password=${environment.DATABASE_PASSWORD}`)}`
  },
})

const llm = scriptedLlm([[callOf('deploy', { token: 'secret://DEPLOY_TOKEN' })], 'It is deployed.'])
const agent = createAgent({
  llm,
  tools: [deploy],
  security: dataProtection({
    values: { DATABASE_PASSWORD: environment.DATABASE_PASSWORD },
    references: environmentSecrets(environment, ['DEPLOY_TOKEN']),
  }),
})

const run = await agent.run('Deploy the site.')
for await (const { event } of run) {
  if (event.type === 'tool_execution_start') console.log('asked for:', JSON.stringify(event.args))
  if (event.type === 'tool_end') console.log('what it said:', event.output)
}
for (const secret of Object.values(environment)) assert(!JSON.stringify(llm.requests).includes(secret))
