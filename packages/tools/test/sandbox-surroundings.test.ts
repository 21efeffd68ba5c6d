/** What the surroundings of an agent do not change in its sandbox: programs on the path, variables. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from './support.ts'
import { inside, noSandbox } from './support-sandbox.ts'

describe.skipIf(noSandbox)('programs', () => {
  test('that the model put on the path are not taken for the sandbox', async () => {
    const root = temporaryDirectory({ bwrap: '#!/bin/sh\necho escaped\n' })
    chmodSync(join(root, 'bwrap'), 0o755)
    const { text } = inside(root, {}, { PATH: `${root}:${process.env.PATH ?? ''}` })
    expect(await text('echo inside')).toBe('inside\n')
  })

  test('get variables without keys, as without a sandbox', async () => {
    const { text } = inside(temporaryDirectory())
    process.env['PLANTED_API_KEY'] = 'PRIVATE'
    onTestFinished(() => void delete process.env['PLANTED_API_KEY'])
    expect(await text('env; cat /proc/*/environ 2>/dev/null')).not.toContain('PRIVATE')
  })
})
