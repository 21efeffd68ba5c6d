/** The executor that the page about executors shows passes the suite, as the page says. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { agentExecutorSuite, runConformance } from '@seamfold/core/testing'
import type { AgentExecutor } from '@seamfold/core/kit'
import { afterAll, describe, test } from 'vitest'
import { executorOf } from './support/steps.ts'

const folder = new URL('.snippets/', import.meta.url)
const page = readFileSync(new URL('../../../docs/write-an-executor.md', import.meta.url), 'utf8')
const [code = ''] = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block]) => block)

mkdirSync(folder, { recursive: true })
const file = new URL('limited-executor.ts', folder)
writeFileSync(file, code)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { limitedExecutor } = (await import(file.href)) as { limitedExecutor: (inner: AgentExecutor, limit: number) => AgentExecutor }

runConformance(
  agentExecutorSuite,
  { name: 'limitedExecutor', create: () => ({ through: async (handler) => limitedExecutor(executorOf(handler), 4) }) },
  { describe, test },
)
