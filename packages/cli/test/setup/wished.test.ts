/** Promises of parts that a person wishes for: what was configured comes back with what it was configured for. */
import { expect, test } from 'vitest'
import type { Settings } from '../../src/setup/settings.ts'
import { settingsAsWished } from '../../src/setup/wished.ts'

const environment = { OPENAI_API_KEY: 'a-key' }
const base: Settings = {
  workspace: '/w',
  storePath: '/w/.seamfold/sessions.db',
  mode: 'ask',
  rules: [{ deny: { access: 'read', path: 'secret.md' } }],
  ruleLines: [3],
  configFile: '/w/seamfold.config.json',
  model: { provider: 'openai', model: 'mine', why: 'chosen', keyVariable: 'OPENAI_API_KEY', price: { input: 1, output: 2 } },
  budget: { usd: 1 },
}

test('a configured price belongs to its model: another one has none, and it is there again with it', () => {
  const other = settingsAsWished({ model: { provider: 'openai', model: 'other' } }, { now: base, base, environment })
  expect(other.model.price).toBeUndefined()
  const back = settingsAsWished({ model: { provider: 'openai', model: 'mine' } }, { now: other, base, environment })
  expect(back.model.price).toEqual({ input: 1, output: 2 })
})

test('rules know their lines as long as they are those of the configuration, whatever else is changed', () => {
  const mode = settingsAsWished({ policy: { mode: 'full', rules: ['deny read(secret.md)'] } }, { now: base, base, environment })
  expect(mode).toMatchObject({ mode: 'full', ruleLines: [3] })
  const typed = settingsAsWished({ policy: { mode: 'ask', rules: ['deny read(other.md)'] } }, { now: mode, base, environment })
  expect([typed.ruleLines, typed.rulesTyped]).toEqual([undefined, true])
  expect(settingsAsWished({ budget: {} }, { now: typed, base, environment }).rulesTyped).toBe(true)
  const back = settingsAsWished({ policy: { mode: 'ask', rules: ['deny read(secret.md)'] } }, { now: typed, base, environment })
  expect([back.ruleLines, back.rulesTyped]).toEqual([[3], undefined])
})
