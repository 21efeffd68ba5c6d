/** Runs every example as a person would, and prints one line for each. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'

const here = new URL('.', import.meta.url)
const examples = readdirSync(here)
  .filter((name) => /^\d\d-.*\.ts$/.test(name))
  .toSorted()

const run = (name) =>
  new Promise((settle) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', name], { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => settle({ code, output }))
  })

let failures = 0
for (const name of examples) {
  const { code, output } = await run(name)
  console.log(`${code === 0 ? '✓' : '✗'} ${name}`)
  if (code === 0) continue
  failures++
  console.log(output.trimEnd().replace(/^/gm, '    '))
}
console.log(`${examples.length - failures} passed, ${failures} failed`)
if (failures > 0 || examples.length === 0) process.exitCode = 1
