/** Builds what the playground needs and serves it: on a copy of the sample project, or on the workspace that is named. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const given = process.argv.slice(2).filter((word, index) => index > 0 || word !== '--')
const named = given.some((word) => word === '-w' || word.startsWith('--workspace') || word === '--help')
const words = [fileURLToPath(new URL('start.mjs', import.meta.url)), '--', 'playground', ...(named ? [] : ['--sample']), ...given]

const child = spawn(process.execPath, words, { stdio: 'inherit' })
// The terminal sends Ctrl-C to the whole group: the child ends first, and this ends as it did.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)
})
