/** Builds what the command line needs, then runs it: the demo, or the task or command that follows `--`. */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const node = process.execPath

const build = () => {
  const started = performance.now()
  process.stderr.write('Building Seamfold … ')
  const turbo = spawnSync(node, [path('turbo.mjs'), 'run', 'build', '--filter=@seamfold/cli', '--output-logs=errors-only'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (turbo.status === 0) {
    process.stderr.write(`done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
    return true
  }
  process.stderr.write(`failed\n\n${turbo.stdout}${turbo.stderr}`)
  return false
}

const wait = () => undefined

const run = (words) => {
  const child = spawn(node, [path('../packages/cli/dist/main.js'), ...(words.length > 0 ? words : ['demo'])], {
    stdio: 'inherit',
    cwd: process.env.INIT_CWD ?? process.cwd(),
    // How the command is called from here, for the commands that it tells people to type.
    env: { SEAMFOLD_COMMAND: 'npx -y pnpm@12.18.0 start --', ...process.env },
  })
  // The terminal sends Ctrl-C to the whole group: let the child end first, and end as it did.
  process.on('SIGINT', wait)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => {
    process.stderr.write(`The command line did not start: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.off('SIGINT', wait)
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)
  })
}

const given = process.argv.slice(2)
if (build()) run(given[0] === '--' ? given.slice(1) : given)
else process.exitCode = 1
