/** What a command leaves is found at every moment of its life, also while it changes from one program to the next. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bashTool, localShell } from '@seamfold/tools'
import { call, temporaryDirectory, textOf } from './support.ts'

const CHANGING = `#!/bin/sh
[ "$1" -gt 0 ] && exec "$0" $(($1 - 1))
exec sleep 600
`

test('a process that becomes another program again and again is ended and counted', { timeout: 60_000 }, async () => {
  const root = temporaryDirectory({ changing: CHANGING })
  chmodSync(join(root, 'changing'), 0o755)
  const bash = bashTool(localShell({ directory: root }))
  const leave = (): Promise<string> => call(bash, { command: 'setsid ./changing 3000 >/dev/null 2>&1 & echo started' }).then(textOf)
  const rounds = Array.from({ length: 6 }, async () => {
    const texts: string[] = []
    for (let round = 0; round < 15; round++) texts.push(await leave())
    return texts
  })
  const said = new Set((await Promise.all(rounds)).flat().map((text) => /^started\n\[\d+ process(?:es)? that it left w/.test(text)))
  expect([...said]).toEqual([true])
})
