/** What cannot work is refused before anything is asked of a model. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { seamfold, temporaryFolder } from './command.ts'

test('a schema that is JSON and no schema', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'schema.json'), '{"type":"objekt"}')
  const { code, stdout, stderr } = await seamfold(['run', '--output', 'schema.json', 'hi there'], { cwd: folder.path })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('schema.json is not a JSON Schema')
})

test('a journal that cannot be made, which doctor says too', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'file'), '')
  const store = ['--store', join('file', 'below', 'sessions.db')]
  const { code, stdout, stderr } = await seamfold(['run', ...store, 'hi there'], { cwd: folder.path })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^error: The journal .* cannot be made: .*\nName a file where you may write: --store, .*\n$/)
  const doctor = await seamfold(['doctor', ...store], { cwd: folder.path })
  expect(doctor.code).toBe(1)
  expect(doctor.stdout).toMatch(/Journal +✗ there is none yet\n[^]*cannot\s+be\s+made/)
})
