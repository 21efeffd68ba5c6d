/** What was approved is what runs: a folder that became a link after somebody was asked is asked about again, on a real disk. */
import { mkdir, mkdtemp, readdir, realpath, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, memoryStore } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { codingTools } from '../src/index.ts'

test.each(['before it is answered', 'after it was answered'])('a folder that became a link %s', async (when) => {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'seamfold-link-')))
  await mkdir(join(workspace, 'notes'))
  await mkdir(join(workspace, 'secret'))
  const swap = async (): Promise<void> => {
    await rename(join(workspace, 'notes'), join(workspace, 'old'))
    await symlink('secret', join(workspace, 'notes'))
  }
  try {
    const llm = scriptedLlm([[callOf('write', { file_path: 'notes/a.md', content: 'x' })], 'done'])
    const agent = createAgent({ llm, tools: codingTools({ workspace }), store: memoryStore() })
    const session = await agent.session({ id: 's' })
    await (
      await session.send('Write.')
    ).result
    const [request] = await session.waitingFor()
    expect(request?.accesses).toMatchObject([{ kind: 'write', path: 'notes/a.md' }])
    if (when === 'before it is answered') await swap()
    expect(await session.answer(request?.requestId ?? '', { decision: 'approve' })).toBe(true)
    if (when === 'after it was answered') await swap()
    expect((await (await session.resume())?.result)?.status).toBe('suspended')
    expect(await readdir(join(workspace, 'secret'))).toEqual([])
    // It is asked anew, for where it would go now.
    const [again] = await session.waitingFor()
    expect(again?.requestId).not.toBe(request?.requestId)
    expect(again?.accesses).toMatchObject([{ kind: 'write', path: 'secret/a.md' }])
    await session.answer(again?.requestId ?? '', { decision: 'approve' })
    await (await session.resume())?.completed()
    expect(await readdir(join(workspace, 'secret'))).toEqual(['a.md'])
    await agent.close()
  } finally {
    await rm(workspace, { recursive: true, force: true })
  }
})
