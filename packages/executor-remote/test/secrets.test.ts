/** What a worker protects leaves it in no frame: not in events, outcomes, refusals or what it asks. */
import { createAgent, dataProtection, tool } from '@seamfold/core'
import type { Envelope } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { useEnds } from './support/ends.ts'
import { never, specOf } from './support/steps.ts'

const ends = useEnds()
const SECRET = 'swordfish/9 and\nquokka+zebra=4711'
const forms = [SECRET, JSON.stringify(SECRET).slice(1, -1), btoa(SECRET).slice(0, -4), 'swordfish', 'quokka']

test.each(['done', 'failed', 'waiting'])('a step that is %s', async (end) => {
  const look = tool({
    name: 'look',
    description: 'Looks.',
    readOnly: true,
    execute(_, { progress }) {
      for (const piece of `1\t${SECRET.replace('\n', '\n2\t')}`.match(/[^]{1,3}/g) ?? []) progress(piece)
      return { plain: SECRET, encoded: btoa(SECRET), [SECRET]: 1 }
    },
  })
  const ask = tool({
    name: 'change',
    description: 'Changes.',
    access: () => [{ kind: 'write', path: `x/${SECRET}` }],
    execute: () => 'done',
  })
  const last = end === 'failed' ? new Error(`refused with ${SECRET}`) : end === 'waiting' ? [callOf('change')] : `It is ${SECRET}.`
  const agent = createAgent({
    llm: scriptedLlm([[{ type: 'text', text: `I look for ${SECRET}` }, callOf('look')], last], { chunk: 4 }),
    tools: [look, ask],
    unanswered: 'suspend',
    security: dataProtection({ values: { PLANTED: SECRET } }),
  })
  const serving = await ends.serve(agent.executor())
  const frames: Buffer[] = []
  const proxy = await ends.proxy(serving.url, (data, { direction }) => {
    if (direction === 'down') frames.push(data)
    return { pieces: [data] }
  })
  const told: Envelope[] = []
  const outcome = await ends
    .call(proxy.url)
    .executeStep({ ...specOf('a'), agent: 'default' }, { signal: never(), onEvent: (envelope) => void told.push(envelope) })
  expect(outcome.status).toBe({ done: 'completed', failed: 'failed', waiting: 'suspended' }[end])
  expect(told.some(({ event }) => event.type === 'tool_end')).toBe(true)
  const sent = Buffer.concat(frames).toString('latin1') + JSON.stringify([told, outcome])
  expect(sent).toContain('[redacted:PLANTED]')
  expect(forms.filter((form) => sent.includes(form))).toEqual([])
  await agent.close()
})
