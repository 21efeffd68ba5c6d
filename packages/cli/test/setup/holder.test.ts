/** Promises about who still holds a session: a process that has ended does not, even while nobody has taken note of its end. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { memoryLeases } from '@seamfold/core'
import { expect, test } from 'vitest'
import { holderHost, leasesOfTheLiving } from '../../src/setup/holder.ts'

/** A holder of this machine, in another process. */
const holderOf = (pid: number): string => holderHost().id('holder').replace(/@\d+/, `@${pid}`)

test.runIf(process.platform === 'linux')('a process that has ended and that its parent does not look at counts as dead', async () => {
  // The shell starts a process that ends, says its number, and becomes one that never looks at its children.
  const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const lines = createInterface({ input: shell.stdout })
    const line = await new Promise<string>((resolve) => lines.once('line', resolve))
    const leases = leasesOfTheLiving(memoryLeases())
    const dead = holderOf(Number(line))
    await leases.acquire('session', dead, 60_000)
    await expect.poll(async () => (await leases.read('session'))?.holder).toBeUndefined()
    await leases.acquire('ran out', dead, 0)
    expect(await leases.acquire('ran out', 'another', 60_000)).toEqual({ holder: 'another', expiresAt: expect.any(Number) as number })
    expect((await leases.acquire('session', 'another', 60_000)).holder).toBe('another')
  } finally {
    shell.kill('SIGKILL')
  }
})

test('of a process that is there it is told whose lease ran out', async () => {
  const leases = leasesOfTheLiving(memoryLeases())
  const living = holderOf(process.pid)
  await leases.acquire('session', living, 0)
  expect((await leases.acquire('session', 'another', 60_000)).takenFrom).toBe(living)
})

test('a process that is there keeps what it holds', async () => {
  const leases = leasesOfTheLiving(memoryLeases())
  const living = holderOf(process.pid)
  await leases.acquire('session', living, 60_000)
  expect((await leases.acquire('session', 'another', 60_000)).holder).toBe(living)
})
