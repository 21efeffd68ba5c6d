/** Promises of what the page is told about an agent that was made from settings. */
import { plain } from './setup-variants.ts'
import { expect, test } from 'vitest'
import { DEFAULT_TURNS } from '../../../core/src/middleware/turn-limit.ts'
import { aboutOf } from '../../src/playground/about.ts'
import { setUps } from './setup-variants.ts'

test('tells the turns that a run may take, also where the settings name no limit', () => {
  const [settings] = setUps('/work')
  if (settings === undefined) throw new Error('there is no set-up to tell of')
  const limitsOf = (budget: typeof settings.budget) => aboutOf({ ...settings, budget }, { provider: 'p', id: 'm' }, plain).limits
  expect(limitsOf({})).toEqual({ turns: DEFAULT_TURNS })
  expect(limitsOf({ turns: 9, usd: 1 })).toEqual({ turns: 9, usd: 1 })
})
