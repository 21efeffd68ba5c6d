/** What is secret around a real run: it reaches no model, no file of the journal, no output and no browser; commands get what is offered. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answer, callTool, script, type ScriptStep, startSimulator, text } from '@seamfold/simulator'
import { describe, expect, test } from 'vitest'
import { type Ended, seamfold, temporaryFolder } from './command.ts'

const KEY = 'env-K3y/of+the-model-93'

async function stage(turns: readonly ScriptStep[], config: object = {}) {
  const simulator = await startSimulator({ scenario: script(turns) })
  const folder = await temporaryFolder()
  const secret = `${randomBytes(9).toString('base64')}"\\/ ${randomBytes(6).toString('hex')}`
  await writeFile(join(folder.path, '.env'), `APP_SECRET='${secret}'\nPORT=3000\n`)
  await writeFile(join(folder.path, 'seamfold.config.json'), JSON.stringify({ permissions: 'full', ...config }))
  const env = { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl }
  return {
    secret,
    folder: folder.path,
    run: (...words: string[]): Promise<Ended> => seamfold(words, { cwd: folder.path, env }),
    asked: () => JSON.stringify(simulator.requests.map(({ body }) => body)),
    /** Every byte that the run left, but for the file that the secret is from. */
    async stored(): Promise<string> {
      const files = await readdir(join(folder.path, '.seamfold'), { recursive: true, withFileTypes: true })
      const contents = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1'))
      return (await Promise.all(contents)).join('\n')
    },
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** As it stands in a file or a request: in JSON, and in JSON in JSON. */
const formsOf = (secret: string): readonly string[] => {
  const once = JSON.stringify(secret).slice(1, -1)
  return [secret, once, JSON.stringify(once).slice(1, -1), encodeURIComponent(secret), btoa(secret).slice(0, -4), secret.slice(0, 12)]
}

const found = (where: string, secret: string): readonly string[] => formsOf(secret).filter((form) => where.includes(form))

const bash = (input: Readonly<Record<string, unknown>>): ScriptStep => answer([callTool('bash', input)])

describe('a run in a folder with secrets', () => {
  const curious = [
    bash({ command: 'cat .env; sleep 0.1; base64 .env; printf %s "$(cat .env)" | od -An -c | head -1 >/dev/null; exit 3' }),
    answer([callTool('read', { file_path: '.env' }), callTool('grep', { pattern: 'APP' })]),
    answer([text('It says what it says.')]),
  ]

  test('keeps them from the model, the journal and what it prints', async () => {
    await using scene = await stage(curious)
    const { code, stdout, stderr } = await scene.run('run', '--json', `look at ${scene.secret} and ${KEY}`)
    expect([code, stderr]).toEqual([0, expect.any(String)])
    expect(stdout).toContain('[redacted:APP_SECRET]')
    expect(stdout).toContain('PORT=3000')
    for (const where of [stdout, stderr, scene.asked(), await scene.stored()])
      for (const secret of [scene.secret, KEY]) expect(found(where, secret)).toEqual([])
    expect((await scene.run('sessions', 'verify')).code).toBe(0)
    const shown = await scene.run('sessions', 'show')
    expect(found(shown.stdout, scene.secret)).toEqual([])
    expect(shown.stdout).toContain('[redacted:')
  }, 60_000)

  test('gives a command what the configuration offers, by reference', async () => {
    const turns = [
      bash({ command: 'printf %s "$S" | wc -c; printf %s "$S" > copy', env: { S: 'secret://APP_SECRET' } }),
      bash({ command: 'echo ran > other', env: { S: 'secret://ANTHROPIC_API_KEY' } }),
      answer([text('Done.')]),
    ]
    await using scene = await stage(turns, { secrets: { offer: ['APP_SECRET'] } })
    const { code, stdout } = await scene.run('run', '--json', 'use it')
    expect(code).toBe(0)
    expect(await readFile(join(scene.folder, 'copy'), 'utf8')).toBe(scene.secret)
    expect(await readdir(scene.folder)).not.toContain('other')
    expect(scene.asked()).toContain('Secrets that you may use without seeing them: APP_SECRET')
    expect(scene.asked()).toContain("There is no secret 'ANTHROPIC_API_KEY'")
    for (const where of [stdout, scene.asked(), await scene.stored()]) expect(found(where, scene.secret)).toEqual([])
  }, 60_000)

  test('also keeps what is said from the command line, beside the run', async () => {
    await using scene = await stage([bash({ command: 'touch a' }), answer([text('Done.')])], { permissions: 'ask' })
    expect((await scene.run('run', '--session', 's', 'go')).stdout).toContain('answer')
    expect((await scene.run('answer', 's', '--reject', '--message', `no ${scene.secret}`)).code).toBe(0)
    expect((await scene.run('cancel', 's', '--message', `enough of ${scene.secret}`)).code).toBe(0)
    const stored = await scene.stored()
    expect(stored).toContain('no [redacted:APP_SECRET]')
    expect(stored).toContain('enough of [redacted:APP_SECRET]')
    expect(found(stored, scene.secret)).toEqual([])
  }, 60_000)

  test('hides nothing where the configuration says so', async () => {
    await using scene = await stage(curious, { secrets: false })
    const { stdout } = await scene.run('run', '--json', 'look')
    expect(found(stdout, scene.secret)).not.toEqual([])
  }, 60_000)

  test('refuses to begin when a secret is offered that is not there', async () => {
    await using scene = await stage(curious, { secrets: { offer: ['NOT_THERE'] } })
    const { code, stderr } = await scene.run('run', 'look')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/offers the secret 'NOT_THERE'.*neither/)
  }, 60_000)
})
