// Does not end by itself, and neither do its children: one in its group and one that left it. Each holds a line to the test.
import { spawn } from 'node:child_process'
import { connect } from 'node:net'

const [path, name, ...children] = process.argv.slice(2)
process.on('SIGTERM', () => {})
for (const child of children) {
  const options = { stdio: 'inherit', detached: child === 'escaped' }
  spawn(process.execPath, [import.meta.filename, path, child], options)
}
connect(path).write(`${name}\n`)
