/** A journal that is not as it was written: found by `doctor`, and never gone on with. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { answer, text } from '@seamfold/simulator'
import { describe, expect, test } from 'vitest'
import { type Stage, stage } from './stage.ts'

/** Changes the journal behind its back. */
function change({ folder }: Stage, sql: string): void {
  const database = new DatabaseSync(join(folder, '.seamfold', 'sessions.db'))
  const { changes } = database.prepare(sql).run()
  database.close()
  expect(Number(changes)).toBeGreaterThan(0)
}

const altered = `UPDATE seamfold_record SET record = replace(record, 'say one', 'say two') WHERE record LIKE '%say one%'`

/** The record as a later build would have written it. */
function ofVersion(record: string, version: number): string {
  const [head = '', payload = ''] = record.split('\n')
  const start = head.slice(0, head.lastIndexOf(',"d":')).replace('"v":1', `"v":${version}`)
  const digest = createHash('sha256').update(`${start}\n${payload}`).digest('hex').slice(0, 32)
  return `${start},"d":"${digest}"}\n${payload}`
}

describe('a record that was altered', () => {
  test('is a problem for doctor, which names the session and the record', async () => {
    await using scene = await stage([answer([text('One.')]), answer([text('Other.')])])
    await scene.run('run', '--session', 'k1', 'say one')
    await scene.run('run', '--session', 'k2', 'something else')
    expect((await scene.run('doctor')).stdout).toMatch(/Journal +✓ .*2 sessions, every record\s+verified/)
    change(scene, altered)
    const { code, stdout } = await scene.run('doctor')
    expect(code).toBe(1)
    expect(stdout).toMatch(/k1: record \d+: the record is not the one that was written/)
    expect(stdout).not.toContain('k2:')
    expect(stdout).toContain('1 problem to mend.')
  })

  test('is told before anything is built on it', async () => {
    await using scene = await stage([answer([text('One.')])])
    await scene.run('run', '--session', 'k1', 'say one')
    change(scene, altered)
    for (const words of [
      ['run', '--session', 'k1', 'go on'],
      ['resume', 'k1'],
      ['answer', 'k1'],
      ['chat', '--session', 'k1'],
    ]) {
      const { code, stdout, stderr } = await scene.run(...words)
      expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' })
      expect(stderr).toContain('Session k1 is damaged at record')
      expect(stderr).toContain('Read what is left of it with: seamfold sessions show k1')
    }
  })

  test('is shown with a warning', async () => {
    await using scene = await stage([answer([text('One.')])])
    await scene.run('run', '--session', 'k1', 'say one')
    change(scene, altered)
    const { code, stdout, stderr } = await scene.run('sessions', 'show', 'k1')
    expect(code).toBe(1)
    expect(stderr).toContain('damaged: Session k1 is damaged at record')
    expect(stdout).toContain('› say two')
  })
})

describe('doctor', () => {
  test('finds a record that is missing', async () => {
    await using scene = await stage([answer([text('One.')])])
    await scene.run('run', '--session', 'k1', 'say one')
    change(scene, 'DELETE FROM seamfold_record WHERE offset = 3')
    const { code, stdout } = await scene.run('doctor')
    expect(code).toBe(1)
    expect(stdout).toMatch(/Journal +✗/)
    expect(stdout).toContain('k1: Log "journal/k1"')
  })

  test('finds a record of a newer version', async () => {
    await using scene = await stage([answer([text('One.')])])
    await scene.run('run', '--session', 'k1', 'say one')
    const database = new DatabaseSync(join(scene.folder, '.seamfold', 'sessions.db'))
    const last = database.prepare("SELECT offset, record FROM seamfold_journal WHERE key = 'journal/k1' ORDER BY offset DESC").get()
    const { offset, record } = last as { readonly offset: number; readonly record: string }
    database.prepare('UPDATE seamfold_record SET record = ? WHERE offset = ? AND record = ?').run(ofVersion(record, 99), offset, record)
    database.close()
    expect((await scene.run('doctor')).stdout).toMatch(new RegExp(`k1: record ${offset}: .*version 99`))
  })

  test('lets SQLite look through the file', async () => {
    await using scene = await stage([answer([text('One.')])])
    await scene.run('run', '--session', 'k1', 'say one')
    const file = join(scene.folder, '.seamfold', 'sessions.db')
    const database = new DatabaseSync(file)
    const { rootpage } = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'seamfold_lease'").get() as { rootpage: number }
    database.close()
    // A page that no session needs: only a look through the file finds that it makes no sense any more.
    const bytes = await readFile(file)
    bytes.fill(0xa5, (rootpage - 1) * 4_096, rootpage * 4_096)
    await writeFile(file, bytes)
    const { code, stdout } = await scene.run('doctor')
    expect(code).toBe(1)
    expect(stdout).toContain('the file is damaged, restore a backup of it')
    expect((await scene.run('sessions', 'show', 'k1')).code).toBe(0)
  })

  test('tells a broken configuration once, and calls nothing broken that it did not look at', async () => {
    await using scene = await stage([])
    await writeFile(join(scene.folder, 'seamfold.config.json'), '{ "modle": 1, "sandbox": "on" }')
    const { code, stdout } = await scene.run('doctor')
    expect(code).toBe(1)
    expect(stdout.match(/modle/g)).toHaveLength(1)
    expect(stdout.match(/^ +(?:Configuration +✗ )?\S+seamfold\.config\.json:1/gm)).toHaveLength(2) // each begins its own line
    expect(stdout).toMatch(/Journal +· not looked at/)
    expect(stdout).toContain('1 problem to mend.')
  })
})
