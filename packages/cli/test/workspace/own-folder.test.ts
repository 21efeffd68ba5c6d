/** Promises of temporary folders: what a killed process left is removed, and nothing else ever. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { thisProcess } from '../../src/setup/holder.ts'
import { keepFolder, keepIfLeft, makeOwnFolder } from '../../src/workspace/own-folder.ts'

const prefix = 'seamfold-try-'

let place: string
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'seamfold-own-')))
  vi.stubEnv('TMPDIR', place)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(place, { recursive: true, force: true })
})

/** A process of this machine that has ended. */
async function gone(): Promise<string> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'close')
  return thisProcess().replace(/@\d+/, `@${child.pid}`)
}

/** A folder as such a process left it; without a name it says nothing. */
async function left(folder: string, name?: string): Promise<string> {
  const path = join(place, folder)
  await mkdir(join(path, 'sample', 'deep'), { recursive: true })
  await writeFile(join(path, 'sample', 'deep', 'work.txt'), 'work')
  if (name !== undefined) await writeFile(join(path, '.process'), name)
  return path
}

const others = async (mine: string): Promise<readonly string[]> =>
  (await readdir(place)).filter((name) => join(place, name) !== mine).toSorted()

describe('a new folder', () => {
  test('takes away what gone processes left, with all that is in it', async () => {
    await left(`${prefix}aaaaaa`, await gone())
    await left(`${prefix}bbbbbb`, await gone())
    expect(await others(await makeOwnFolder(prefix))).toEqual([])
  })

  test('leaves what is of a living process, of another machine, of nobody, of something else', async () => {
    const dead = await gone()
    await left(`${prefix}living`, thisProcess())
    await left(`${prefix}parent`, thisProcess().replace(/@\d+/, `@${process.ppid}`))
    await left(`${prefix}elsewhere`, dead.replace(/[0-9a-f]{8}$/, '00000000'))
    await left(`${prefix}nobody`)
    await left(`${prefix}garbage`, 'not the name of a process')
    await left('seamfold-other-aaaaaa', dead)
    const target = await left('important', dead)
    await symlink(target, join(place, `${prefix}link`))
    await writeFile(join(place, `${prefix}file`), dead)
    const before = await readdir(place)
    expect(await others(await makeOwnFolder(prefix))).toEqual(before.toSorted())
    expect(existsSync(join(target, 'sample', 'deep', 'work.txt'))).toBe(true)
  })

  test('stays once it is kept', async () => {
    const path = await left(`${prefix}aaaaaa`, await gone())
    await keepFolder(path)
    expect(await others(await makeOwnFolder(prefix))).toEqual([`${prefix}aaaaaa`])
  })
})

test('what a gone process left is kept by whoever works in it, and that of a living one stays its own', async () => {
  const paths = [await left(`${prefix}gone`, await gone()), await left(`${prefix}living`, thisProcess()), await left('other', await gone())]
  for (const path of paths) await keepIfLeft(path, prefix)
  expect(paths.map((path) => existsSync(join(path, '.process')))).toEqual([false, true, true])
})
