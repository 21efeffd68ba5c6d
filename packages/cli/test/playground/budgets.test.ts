/** Promises of the route that tells of shared budgets. */
import { budgetLedger, createAgent, memoryStore, runLedgers, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import type { SharedBudget } from '../../src/playground/budgets.ts'
import { stage } from './stage.ts'

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })

test('a session is told the budgets that it spent from, with what it used itself, and no others', async () => {
  const store = memoryStore()
  const day = budgetLedger(store, { root: 'day-1', limits: { toolCalls: 10, tokens: 100_000 } })
  const other = budgetLedger(store, { root: 'elsewhere', limits: { toolCalls: 10 } })
  const each = runLedgers(store, { each: 'session', limits: { turns: 9 } })
  const agent = createAgent({
    llm: scriptedLlm([[callOf('look')], 'One.', [callOf('look'), callOf('look')], 'Two.']),
    tools: [look],
    store,
    budget: { ledger: [day, each] },
  })
  const stranger = createAgent({ llm: scriptedLlm([[callOf('look')], 'Three.']), tools: [look], store, budget: { ledger: other } })
  for (const id of ['a', 'b']) await (await (await agent.session({ id })).send('Look')).completed()
  await (await (await stranger.session({ id: 'c' })).send('Look')).completed()
  await using here = await stage({ open: () => ({ agent, store, about: { model: 'scripted', simulated: true } }) })
  const ask = async (id: string): Promise<readonly SharedBudget[]> =>
    ((await (await here.get(`/api/sessions/${id}/budgets`)).json()) as { budgets: readonly SharedBudget[] }).budgets
  const found = (await ask('b')).toSorted((one, two) => (one.name < two.name ? -1 : 1))
  expect(found).toMatchObject([
    {
      name: 'day-1',
      scope: 'shared',
      limits: { toolCalls: 10 },
      used: { toolCalls: 3, turns: 4 },
      own: { toolCalls: 2, turns: 2 },
      lost: 0,
    },
    { name: 'session/b', scope: 'session', limits: { turns: 9 }, used: { turns: 2 }, own: { turns: 2 } },
  ])
  expect((await ask('c')).map(({ name }) => name)).toEqual(['elsewhere'])
})
