/** Promises of `seamfold playground` at the terminal. */
import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { seamfold, Started, temporaryFolder } from './command.ts'

test('a port that is taken is told with the way out, as a failure, and nothing is left behind', async () => {
  await using folder = await temporaryFolder()
  const env = { TMPDIR: folder.path }
  const first = new Started(['playground', '--port', '0', '--no-open'], { cwd: folder.path })
  await first.saw('#token=')
  const port = /127\.0\.0\.1:(\d+)/.exec(first.stdout)?.[1] ?? ''
  const before = await readdir(folder.path)
  const { code, stdout, stderr } = await seamfold(['playground', '--sample', '--port', port], { cwd: folder.path, env })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(`A playground runs there already: open http://127.0.0.1:${port}/`)
  expect(stderr).toContain('choose a port with --port, or 0 for any free one')
  expect(await readdir(folder.path)).toEqual(before)
  first.child.kill('SIGTERM')
  await first.ended
})
