/** The demo with a crash kills a real process with SIGKILL, and another one brings the work to the same end. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, envelopes, seamfold } from './command.ts'

let demo: Ended
let project: string
beforeAll(async () => {
  demo = await seamfold(['demo', '--crash'])
  project = /Project +(\S+)/.exec(demo.stdout)?.[1] ?? ''
})
afterAll(() => (project === '' ? undefined : rm(dirname(project), { recursive: true, force: true })))

describe('the demo with a crash', () => {
  test('exits 0 and complains about nothing', () => {
    expect({ code: demo.code, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('kills one process in the middle of a call, and goes on in another one', () => {
    const [, killed] = /Process (\d+) was killed \(SIGKILL\) in the middle of \w+ .*, \d+ ms after it had begun/.exec(demo.stdout) ?? []
    const [, next] = /Process (\d+) goes on/.exec(demo.stdout) ?? []
    expect(Number(killed)).toBeGreaterThan(0)
    expect(Number(next)).toBeGreaterThan(0)
    expect(next).not.toBe(killed)
    expect(() => process.kill(Number(killed), 0)).toThrow(/ESRCH/)
  })

  test('says what was used again, what became of the call, and why', () => {
    const cost = demo.stdout.slice(demo.stdout.indexOf('What the crash cost'))
    expect(cost).toMatch(/Used again +\d+ model turns? .*\d+ results? of calls/)
    expect(cost).toMatch(/Cut off +(bash|edit) /)
    expect(cost).toMatch(/It (ran again|was not run again): /)
  })

  test('ends with the same result as without: the project is mended', async () => {
    expect(demo.stdout).toMatch(/✓ node --test passes: 10 tests passed/)
    expect(demo.stdout).toMatch(/^ {2}src\/days\.js {2}\+1 −1$/m)
    const { stdout } = await promisify(execFile)(process.execPath, ['--test'], { cwd: project, env: { PATH: process.env.PATH } })
    expect(stdout).toContain('fail 0')
  })

  test('the journal tells of one run in two processes, verifies, and has one result for every call', async () => {
    const { stdout, code } = await seamfold(['sessions', 'show', 'demo', '--json', '--workspace', project])
    expect(code).toBe(0)
    const facts = envelopes(stdout).map(({ event }) => event)
    const of = (type: string): number => facts.filter((event) => event.type === type).length
    expect([of('agent_start'), of('agent_end')]).toEqual([1, 1])
    expect(of('session_claimed')).toBeGreaterThanOrEqual(2)
    const ends = facts.flatMap((event) => (event.type === 'tool_end' ? [event.callId] : []))
    expect(ends).toEqual([...new Set(ends)])
    expect((await seamfold(['sessions', 'verify', 'demo', '--workspace', project])).code).toBe(0)
  })
})
