/** Commands of the agent see no keys, but for those that the configuration names. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent } from '@seamfold/core'
import { resultText } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { agentOptions } from '../../src/setup/assemble.ts'
import { resolveSettings } from '../../src/setup/settings.ts'
import { openJournal } from '../../src/setup/store.ts'

/** What `bash` prints of two keys, with this configuration. */
async function printed(config: object): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, '.seamfold'))
  writeFileSync(join(folder, 'seamfold.config.json'), JSON.stringify({ permissions: 'full', ...config }))
  const settings = await resolveSettings({ workspace: folder }, { folder, environment: { OPENAI_API_KEY: 'any' } })
  const journal = await openJournal(settings.storePath)
  const llm = scriptedLlm([[callOf('bash', { command: 'echo "$FIRST_TOKEN $SECOND_TOKEN"' })], 'done'])
  const { options } = await agentOptions(settings, { journal, llm })
  const agent = createAgent(options)
  await (await agent.run('go')).completed()
  await agent.close()
  await journal.close()
  const [block] = llm.requests[1]?.messages.at(-1)?.content ?? []
  return block?.type === 'tool_result' ? resultText(block.content).trim() : 'no result'
}

test('a key is seen when the configuration names it', { timeout: 60_000 }, async () => {
  vi.stubEnv('FIRST_TOKEN', 'one')
  vi.stubEnv('SECOND_TOKEN', 'two')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await printed({})).toBe('')
  expect(await printed({ environment: { keep: ['SECOND_TOKEN'] } })).toBe('two')
})
