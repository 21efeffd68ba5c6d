/** The packages as they are published: each stands on what it declares, and a strict program can use them all. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

type Manifest = {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name: string): string => join(root, 'node_modules/.bin', name)
const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
const published = folders.filter((folder) => existsSync(join(folder, 'package.json')) && manifestIn(folder).private !== true)

const project = mkdtempSync(join(tmpdir(), 'seamfold-packed-'))
const installed = (name: string): string => join(project, 'node_modules', name)

/** Packs, and installs as a package manager would: what is declared is there, and nothing else. */
function install(folder: string): void {
  const { name } = manifestIn(folder)
  const [tarball] =
    execFileSync(bin('pnpm'), ['pack', '--pack-destination', project, '--json'], { cwd: folder, encoding: 'utf8' }).match(/[^"\s]+\.tgz/) ??
    []
  mkdirSync(installed(name), { recursive: true })
  execFileSync('tar', ['-xzf', resolve(project, tarball ?? ''), '--strip-components=1', '-C', installed(name)])
  for (const dependency of Object.keys(manifestIn(installed(name)).dependencies ?? {})) {
    if (dependency.startsWith('@seamfold/')) continue
    link(join(folder, 'node_modules', dependency), join(installed(name), 'node_modules', dependency))
  }
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  symlinkSync(realpathSync(from), to)
}

const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

/** What a built file asks for from outside its package. */
function importsOf(folder: string): readonly string[] {
  const files = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:js|d\.ts)$/.test(name))
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, 'dist', file), 'utf8')
    const found = text.matchAll(/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*["']([^'"]+)["']|\bimport\(\s*["']([^'"]+)["']\s*\)/gm)
    return [...found].map(([, from, lazy]) => from ?? lazy ?? '').filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
  })
}

beforeAll(() => {
  for (const folder of published) install(folder)
  const types = realpathSync(join(root, 'node_modules/@types/node'))
  link(types, installed('@types/node'))
  link(join(types, '../../undici-types'), installed('undici-types'))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

describe.each(published.map((folder) => manifestIn(folder).name))('%s', (name) => {
  test('asks for nothing that it does not declare', () => {
    const { dependencies, peerDependencies } = manifestIn(installed(name))
    const declared = new Set([name, ...Object.keys(dependencies ?? {}), ...Object.keys(peerDependencies ?? {})])
    expect([...new Set(importsOf(installed(name)).map(packageOf))].filter((each) => !declared.has(each))).toEqual([])
  })

  test('stands beside the other packages of its version', () => {
    const { dependencies = {}, peerDependencies = {}, version } = manifestIn(installed(name))
    expect(version).toBe(manifestIn(installed('@seamfold/core')).version)
    expect(version.startsWith('0.')).toBe(true)
    const ours = Object.entries({ ...dependencies, ...peerDependencies }).filter(([each]) => each.startsWith('@seamfold/'))
    for (const [each, range] of ours)
      expect([each, range]).toEqual([each, expect.stringMatching(`^(?:>=0\\.0\\.0 <1|\\^?${version.replaceAll('.', '\\.')})$`)])
  })
})

const doors = published.flatMap((folder) => {
  const { name, exports = {} } = manifestIn(folder)
  return Object.entries(exports).flatMap(([door, target]) =>
    typeof target === 'object' && target !== null && 'types' in target ? [`${name}${door.slice(1)}`] : [],
  )
})

test('a strict program may import every door, types and all', () => {
  const lines = doors.map((door, index) => `import * as door${index} from '${door}'`)
  writeFileSync(
    join(project, 'all.ts'),
    `${lines.join('\n')}\nconsole.log([${doors.map((_, index) => `door${index}`).join(', ')}].length)\n`,
  )
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'es2024',
    noEmit: true,
    preserveSymlinks: true,
    types: ['node'],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['all.ts'] }))
  expect(output(bin('tsc'), ['-p', project])).toBe('')
  expect(output(process.execPath, ['--disable-warning=ExperimentalWarning', join(project, 'all.ts')])).toBe(`${doors.length}\n`)
})

test('the playground of an installed command works in an empty folder, with its pages and its scenarios', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-empty-'))
  const { ANTHROPIC_API_KEY: _a, OPENAI_API_KEY: _o, OPENAI_BASE_URL: _b, ...env } = process.env
  const words = [join(installed('@seamfold/cli'), 'dist/main.js'), 'playground', '--port', '0', '--no-open']
  const child = spawn(process.execPath, words, { cwd: folder, env: { ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const url = await new Promise<URL>((found, reject) => {
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => {
        said += String(chunk)
        const address = /http:\/\/\S+#token=\S+/.exec(said)?.[0]
        if (address !== undefined) found(new URL(address))
      })
      child.once('exit', () => reject(new Error(`it ended before it gave an address:\n${said}`)))
    })
    const headers = { authorization: `Bearer ${url.hash.slice('#token='.length)}`, 'content-type': 'application/json' }
    const page = await (await fetch(url.origin)).text()
    const script = /src="\.?(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? ''
    expect((await fetch(url.origin + script)).status).toBe(200)
    const played = await fetch(`${url.origin}/api/scenarios/explore`, { method: 'POST', headers, body: '{}' })
    const { id } = (await played.json()) as { readonly id: string }
    const events = await fetch(`${url.origin}/api/sessions/${id}/events`, { headers })
    let told = ''
    for await (const chunk of events.body ?? []) {
      told += Buffer.from(chunk).toString()
      if (/"type":"(?:agent_end|error)"/.test(told)) break
    }
    expect(told).toContain('"type":"agent_end"')
    expect(told).toContain('splitIntoDays')
  } finally {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
})

function output(command: string, options: readonly string[]): string {
  try {
    return execFileSync(command, options, { cwd: project, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }
    return `${stdout}${stderr}`
  }
}
