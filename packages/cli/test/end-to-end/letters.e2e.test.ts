/** Calls that a lane gave up, at the command line: listed, driven again, forgotten. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { answer, callTool, text } from '@seamfold/simulator'
import { expect, test } from 'vitest'
import { type Stage, stage } from './stage.ts'

/** Its first command takes too long; the next one like it does not. */
const slowAtFirst = (): Promise<Stage> => {
  const command = 'test -e begun && touch done || { touch begun; sleep 30; }'
  const turns = [answer([callTool('bash', { command, timeout: 300 })]), answer([text('It took too long.')])]
  return stage(turns, { lanes: { execute: { concurrency: 1 } } })
}

test('a call that was given up is listed, driven again only by who says so, and gone then', { timeout: 60_000 }, async () => {
  await using scene = await slowAtFirst()
  expect((await scene.run('run', '--yes', '-q', 'go')).code).toBe(0)
  const listed = await scene.run('letters')
  expect(listed.code).toBe(0)
  expect(listed.stdout).toMatch(/bash \{"command":"test -e begun/)
  expect(listed.stdout).toContain('1, may have happened')
  const id = /^([0-9a-f]{8}) /m.exec(listed.stdout)?.[1] ?? ''
  const refused = await scene.run('letters', 'drive', id)
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain(`letters drive ${id} --again`)
  const driven = await scene.run('letters', 'drive', id, '--again')
  expect(driven).toMatchObject({ code: 0, stdout: expect.stringContaining('bash: It was done.') })
  expect(existsSync(join(scene.folder, 'done'))).toBe(true)
  expect((await scene.run('letters')).stdout).toBe('No call was given up.\n')
})

test('a letter is forgotten by the beginning of its name, and an unknown one is told of with those that there are', async () => {
  await using scene = await slowAtFirst()
  await scene.run('run', '--yes', '-q', 'go')
  const { stdout } = await scene.run('letters', '--json')
  const { id } = JSON.parse(stdout) as { id: string }
  const unknown = await scene.run('letters', 'discard', 'zzz')
  expect(unknown.code).not.toBe(0)
  expect(unknown.stderr).toContain(`There is no letter 'zzz'. There are: ${id.slice(7, 15)}`)
  expect(await scene.run('letters', 'discard', id.slice(7, 12))).toMatchObject({ code: 0, stdout: '1 letter discarded.\n' })
  expect((await scene.run('letters', 'list')).stdout).toBe('No call was given up.\n')
})
