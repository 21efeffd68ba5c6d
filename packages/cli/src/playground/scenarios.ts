/** What can be tried without a key: each works with real tools on a fresh copy of the sample project. */
import type { PartsWish, ScenarioWords } from './parts.ts'

export type Scenario = ScenarioWords & {
  readonly prompt: string
  readonly wish: PartsWish
  /** The agent's process is killed with SIGKILL in the middle of its first command. */
  readonly dies?: boolean
}

const repair = 'A test fails. Find out why, fix the code, not the test, and make sure that all tests pass.'

const asking = { mode: 'ask', rules: [] } as const
const free = { mode: 'full', rules: [] } as const

export const scenarios: readonly Scenario[] = [
  {
    id: 'explore',
    title: 'Explore and answer',
    words: 'It lists and reads the files of a small project, and says what is in it. Nothing is changed, so nothing is asked.',
    prompt: 'What is in this folder, and how are its tests run?',
    wish: { policy: asking },
  },
  {
    id: 'repair',
    title: 'Fix a failing test',
    words: 'It runs the tests, finds the line that is wrong, edits it and runs them again. It edits and runs without asking, in a copy.',
    prompt: repair,
    wish: { policy: free },
  },
  {
    id: 'refuse',
    title: 'Say no',
    words: 'The same task, but it asks before it runs or edits anything. Reject what it asks for, say why, and see what it does.',
    prompt: repair,
    wish: { policy: asking },
  },
  {
    id: 'crash',
    title: 'Crash in the middle',
    words: 'Its process is killed with SIGKILL while it runs the tests. Press Resume: what was done is used again, not done again.',
    prompt: repair,
    wish: { policy: free },
    dies: true,
  },
  {
    id: 'budget',
    title: 'Run out of budget',
    words:
      'The same task with 24,000 tokens to spend. Each turn reserves its worst case first, and the one that could go past it is not begun.',
    prompt: repair,
    wish: { policy: free, budget: { tokens: 24_000 } },
  },
  {
    id: 'fan-out',
    title: 'Five agents at once',
    words: 'It gives five files to five agents, who read them at the same time, each with a session of its own.',
    prompt: 'Let five agents read one file each, and tell me what they found.',
    wish: { policy: asking },
  },
]
