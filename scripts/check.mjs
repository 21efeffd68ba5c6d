/** Runs every check of this repository, prints one line for each that passes and the whole output of each that fails. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const script = (name) => [process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))]]
const tools = join(root, 'node_modules/.bin')
const tool = (name, ...options) => [join(tools, name), options]
const env = { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` }
const turbo = (task) => [script('turbo')[0], [...script('turbo')[1], 'run', task, '--output-logs=errors-only']]

const examples = () => {
  const manifest = new URL('../examples/package.json', import.meta.url)
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.check !== undefined
}

const checks = [
  ['format', ...tool('oxfmt', '--check', '.')],
  ['lint', ...tool('oxlint', '--type-aware')],
  ['build, publint, attw', ...turbo('build')],
  ['typecheck', ...turbo('typecheck')],
  ['typecheck of root files', ...tool('tsc', '-p', 'tsconfig.json')],
  ['architecture', ...tool('vitest', 'run', '--project', 'repository')],
  ['size', ...script('size')],
  ['unused code', ...tool('knip')],
  ...(examples() ? [['examples', ...tool('pnpm', '--filter', '@seamfold/examples', 'run', 'check')]] : []),
]

const run = (command, options) =>
  new Promise((settle) => {
    const child = spawn(command, options, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => settle({ passed: false, output: `${output}${error.message}\n` }))
    child.on('close', (code) => settle({ passed: code === 0, output }))
  })

const failed = []
for (const [name, command, options] of checks) {
  const started = performance.now()
  const { passed, output } = await run(command, options)
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`
  console.log(`${passed ? '✓' : '✗'} ${name} (${seconds})`)
  if (!passed) failed.push(name)
  if (!passed || name === 'size') console.log(output.trimEnd().replace(/^/gm, '    '))
}

if (failed.length > 0) {
  console.error(`\n${failed.length} of ${checks.length} checks failed: ${failed.join('; ')}`)
  process.exitCode = 1
}
