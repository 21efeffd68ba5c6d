/** Secrets of several lines in a real folder: command and HTTP hooks, what is printed, listed, explained and stored never holds a line of one. */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text as bodyOf } from 'node:stream/consumers'
import { answer, callTool, script, type ScriptStep, startSimulator, text } from '@seamfold/simulator'
import { expect, test } from 'vitest'
import { type Ended, seamfold, temporaryFolder } from './command.ts'

const VALUE = 'swordfish/9 and\nquokka+zebra=4711\n\ttail-of-it "77"'
const KEY = String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })).trim()

/** What nobody may see: each line that says something, as it is and in JSON. */
const LINES = [...VALUE.split('\n'), ...KEY.split('\n').slice(1, -1)].flatMap((line) => [
  line.trim(),
  JSON.stringify(line.trim()).slice(1, -1),
])

const leaked = (where: string): readonly string[] => LINES.filter((line) => where.includes(line))

/** Takes what it is sent, and blocks nothing. */
async function listener() {
  const told: string[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    told.push(await bodyOf(request))
    response.writeHead(204).end()
  }
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    told,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

async function stage(turns: readonly ScriptStep[], config: object) {
  const simulator = await startSimulator({ scenario: script(turns) })
  const folder = await temporaryFolder()
  await writeFile(join(folder.path, '.env'), `APP_SECRET='${VALUE}'\nPORT=3000\n`)
  await writeFile(join(folder.path, 'id.pem'), `${KEY}\n`)
  await writeFile(join(folder.path, 'seamfold.config.json'), JSON.stringify({ permissions: 'full', ...config }))
  const env = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl }
  return {
    folder: folder.path,
    run: (...words: string[]): Promise<Ended> => seamfold(words, { cwd: folder.path, env }),
    asked: () => simulator.requests.map(({ body }) => (typeof body === 'string' ? body : JSON.stringify(body))).join('\n'),
    async stored(): Promise<string> {
      const files = await readdir(join(folder.path, '.seamfold'), { recursive: true, withFileTypes: true })
      const contents = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8'))
      return (await Promise.all(contents)).join('\n')
    },
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const bash = (command: string): ScriptStep => answer([callTool('bash', { command })])

test('no line of one is in what hooks are told, what is printed and shown, or what is stored', async () => {
  await using hooked = await listener()
  const hooks = [
    { name: 'writes', shell: 'cat >> told.jsonl' },
    { name: 'sends', url: hooked.url },
  ]
  const turns = [
    bash('cat -n .env id.pem; grep -n "" .env id.pem; sed "s/^/> /" id.pem; . ./.env; echo $APP_SECRET; exit 3'),
    answer([
      callTool('read', { file_path: '.env' }),
      callTool('read', { file_path: 'id.pem' }),
      callTool('grep', { pattern: '[^ ]', path: 'id.pem' }),
    ]),
    // What is refused is told to hooks, too.
    bash(`printf %s '${VALUE}'`),
    answer([text('It says what it says.')]),
  ]
  await using scene = await stage(turns, { hooks })
  const run = await scene.run('run', '--session', 's', '--json', `Look. It is:\n${VALUE}\nand\n${KEY}`)
  expect(run.code).toBe(0)
  expect(run.stdout).toContain('[redacted:APP_SECRET]')
  expect(run.stdout).toContain('[redacted:private-key]')
  expect(run.stdout).toContain('PORT=3000')
  const told = await readFile(join(scene.folder, 'told.jsonl'), 'utf8')
  for (const each of [told, hooked.told.join('\n')]) {
    expect(each).toContain('"post_tool_use"')
    expect(each).toContain('[redacted:APP_SECRET]')
    expect(leaked(each)).toEqual([])
  }
  const ways = [['show', 's'], ['show', 's', '--why'], ['show', 's', '--json'], ['export', 's'], ['tree'], []]
  const shown = await Promise.all(ways.map((words) => scene.run('sessions', ...words)))
  for (const { stdout, stderr } of [run, ...shown]) expect(leaked(stdout + stderr)).toEqual([])
  expect(leaked(scene.asked())).toEqual([])
  expect(leaked(await scene.stored())).toEqual([])
}, 120_000)

test('what a hook itself lets slip is kept, too: its reasons, its output that is none, its failure', async () => {
  const hooks = [
    { on: 'pre_tool_use', tool: 'bash', shell: '. ./.env; echo "no: $APP_SECRET" >&2; exit 2' },
    { on: 'pre_tool_use', tool: 'read', shell: 'cat id.pem' },
    { on: 'post_response', shell: 'cat .env >&2; exit 9' },
  ]
  const turns = [bash('ls'), answer([callTool('read', { file_path: 'seamfold.config.json' })]), answer([text('Nothing was done.')])]
  await using scene = await stage(turns, { hooks })
  const run = await scene.run('run', '--session', 's', '--json', 'look')
  expect(run.stdout).toContain('no: [redacted:APP_SECRET]')
  for (const { stdout, stderr } of [run, await scene.run('sessions', 'show', 's', '--why')]) expect(leaked(stdout + stderr)).toEqual([])
  expect(leaked(scene.asked())).toEqual([])
  expect(leaked(await scene.stored())).toEqual([])
}, 120_000)
