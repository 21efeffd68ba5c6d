/** Promises of `seamfold playground` at the terminal. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
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

const copies = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('seamfold-demo-'))

test('a copy of the sample project goes with the next start where its playground was killed, and stays where it ended or lives', async () => {
  await using folder = await temporaryFolder()
  const env = { TMPDIR: folder.path }
  const start = async (): Promise<{ readonly started: Started; readonly copy: string }> => {
    const before = await copies(folder.path)
    const started = new Started(['playground', '--sample', '--port', '0', '--no-open'], { cwd: folder.path, env })
    await started.saw('#token=')
    const [copy = ''] = (await copies(folder.path)).filter((name) => !before.includes(name))
    return { started, copy }
  }
  const end = async ({ started }: { readonly started: Started }, signal: NodeJS.Signals): Promise<void> => {
    started.child.kill(signal)
    await started.ended
  }
  const ended = await start()
  await end(ended, 'SIGTERM')
  const [living, killed, worked] = [await start(), await start(), await start()]
  for (const each of [killed, worked]) await end(each, 'SIGKILL')
  const workspace = join(folder.path, worked.copy, 'sample')
  expect((await seamfold(['sessions', '--workspace', workspace], { cwd: folder.path, env })).code).toBe(0)
  const last = await start()
  expect((await copies(folder.path)).toSorted()).toEqual([ended.copy, living.copy, worked.copy, last.copy].toSorted())
  for (const each of [living, last]) await end(each, 'SIGTERM')
})
