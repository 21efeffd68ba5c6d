/** No path leads out of a workspace, whatever links are in it, and no path that stays inside is refused. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { localWorkspace } from '@seamfold/tools'
import { wholeFile } from '../src/text/whole-text.ts'
import { fill, temporaryDirectory } from './support.ts'

const segment = fc.constantFrom('a', 'b', 'c', 'A', '..', '..', '.', '', 'é', 'a ', '...')
const path = fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'))
/** `ROOT` and `OUT` stand for the absolute places. */
const target = fc.oneof(
  path,
  path.map((one) => `ROOT/${one}`),
  path.map((one) => `OUT/${one}`),
  fc.constantFrom('OUT', 'OUT/secret', '/', 'ROOT'),
)
const link = fc.record({ at: fc.constantFrom('a', 'b', 'c', 'a/b', 'b/a', 'c/c', 'a/b/c'), target })
const asked = fc.oneof(path, path, target)

/** Everything below a directory with its content; links are not followed. */
const snapshot = (root: string): readonly string[] =>
  readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    const place = join(root, entry.name)
    if (entry.isDirectory()) return [place, ...snapshot(place)]
    return [entry.isFile() ? `${place}: ${readFileSync(place, 'utf8')}` : place]
  })

/** Makes a link, unless something is there or another link is on the way. */
function makeLink(root: string, at: string, to: string): void {
  const folders = at.split('/').slice(0, -1)
  let folder = root
  for (const name of folders) {
    folder = join(folder, name)
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) mkdirSync(folder)
    if (!lstatSync(folder).isDirectory()) return
  }
  if (to !== '' && lstatSync(join(root, at), { throwIfNoEntry: false }) === undefined) symlinkSync(to, join(root, at))
}

test('for any links and any path', { timeout: 120_000 }, async () => {
  const base = temporaryDirectory()
  const root = join(base, 'root')
  const outside = join(base, 'outside')
  const placed = (text: string): string => text.replace(/^ROOT/, root).replace(/^OUT/, outside)
  await fc.assert(
    fc.asyncProperty(fc.array(link, { maxLength: 4 }), asked, async (links, given) => {
      for (const place of [root, outside]) rmSync(place, { recursive: true, force: true })
      fill(outside, { secret: 'outside', 'a/b': 'outside' })
      fill(root, { 'b/c': 'inside' })
      for (const { at, target: to } of links) makeLink(root, at, placed(to))
      const before = snapshot(outside)
      const workspace = localWorkspace(root)
      const name = placed(given)
      const resolved = await workspace.resolve(name).catch(() => undefined)
      const absolute = isAbsolute(name) ? name : join(root, name)
      const isThere = existsSync(absolute)
      const real = isThere ? realpathSync(absolute) : undefined
      const isInside = real === root || real?.startsWith(`${root}/`) === true
      expect(isThere && !isInside && resolved !== undefined).toBe(false)
      expect(!isThere || !isInside || name === '' || join(root, resolved ?? '?') === real).toBe(true)
      expect(resolved === undefined || !`/${resolved}/`.includes('/../')).toBe(true)
      expect(await wholeFile(workspace, name).then(String, () => 'refused')).not.toBe('outside')
      await workspace.writeFile(name, Buffer.from('written')).catch(() => undefined)
      expect(snapshot(outside)).toEqual(before)
      expect(readdirSync(base).toSorted()).toEqual(['outside', 'root'])
    }),
    // A busy machine tries fewer: what it has not tried in that time it leaves.
    { numRuns: 1_500, interruptAfterTimeLimit: 45_000 },
  )
})

test(
  'paths that are asked for together are where they are one by one, also when a folder became a link in between',
  { timeout: 120_000 },
  async () => {
    const base = temporaryDirectory()
    const root = join(base, 'root')
    const outside = join(base, 'outside')
    const placed = (text: string): string => text.replace(/^ROOT/, root).replace(/^OUT/, outside)
    const told = (asking: Promise<string>): Promise<string> => asking.catch((error: unknown) => String(error))
    await fc.assert(
      fc.asyncProperty(fc.array(link, { maxLength: 4 }), fc.array(asked, { maxLength: 8 }), async (links, given) => {
        for (const place of [root, outside]) rmSync(place, { recursive: true, force: true })
        fill(outside, { secret: 'outside', 'a/b': 'outside' })
        fill(root, { 'b/c': 'inside', 'c/a': 'inside' })
        for (const { at, target: to } of links) makeLink(root, at, placed(to))
        const { resolve } = localWorkspace(root)
        const together = await Promise.all(given.map((name) => told(resolve(placed(name)))))
        for (const [index, name] of given.entries()) expect(await told(resolve(placed(name)))).toBe(together[index])
        rmSync(join(root, 'c'), { recursive: true, force: true })
        symlinkSync(outside, join(root, 'c'))
        expect(await told(resolve('c/a'))).toContain('outside of the workspace')
      }),
      { seed: Number(process.env.SEAMFOLD_SEED ?? 1), numRuns: 400, interruptAfterTimeLimit: 45_000 },
    )
  },
)
