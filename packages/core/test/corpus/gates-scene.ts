/** A call that passes everything there is. */
import { budgetLedger, defineMiddleware, failed, hooks, laneQueue, policy, requestNotes, tool } from '../../src/index.ts'
import { callOf, manualHost } from '../../src/testing.ts'
import { agentOf, type Scene } from './agent-of.ts'

/** A call that passes everything there is, and requests that are other than the journal would tell. */
export const gates: Scene = {
  name: 'gates',
  async play(store) {
    const host = manualHost()
    let tries = 0
    const answers = [failed('no connection', { kind: 'transport' }), 'found']
    const flaky = tool({
      name: 'flaky',
      description: 'Fails once.',
      readOnly: true,
      sandbox: 'box',
      access: () => [{ kind: 'read', path: 'a' }],
      execute: () => answers[tries++],
    })
    const asked = hooks({
      pre_tool_use: ({ input, tool: name }) => ({
        decision: 'continue',
        input: { ...(input as object), path: 'a' },
        by: [
          { name: 'paths', decision: 'continue', changed: ['path'] },
          { name: `guard of ${name}`, decision: 'silent' },
        ],
      }),
    })
    const around = defineMiddleware({
      name: 'around',
      start: () => ({
        prepareTurn: (draft) => ({
          ...draft,
          system: `${draft.system} Today is Saturday.`,
          tools: draft.turn === 1 ? draft.tools : [],
          messages: [...draft.messages, { role: 'user', content: [{ type: 'text', text: 'Remember.' }] }],
        }),
      }),
    })
    const agent = agentOf(store, [[callOf('flaky', { path: 'b' })], 'Found.'], {
      tools: [flaky],
      hooks: asked,
      host,
      use: [around, requestNotes()],
      permissions: policy({ rules: [{ allow: { tool: 'flaky', path: 'a' } }] }),
      budget: { perRun: { usd: 10 }, ledger: budgetLedger(store, { root: 'all', limits: { workMs: 60_000 }, host }) },
      lanes: laneQueue({ query: { retry: { attempts: 2, baseDelayMs: 10 } }, host }),
    })
    const run = await (await agent.session({ id: 'gates' })).send('Find it.')
    for await (const { event } of run) if (event.type === 'command_retry') await host.clock.advance(event.delayMs)
    await run.result
  },
}
