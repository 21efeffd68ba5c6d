#!/usr/bin/env node
/** Starts the seamfold command. */
import { readFileSync } from 'node:fs'

const OLDEST = [22, 18] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `error: Seamfold needs Node.js ${OLDEST.join('.')} or newer; this is ${process.versions.node}. Get one from https://nodejs.org\n`,
  )
  process.exitCode = 2
} else void start()

async function start(): Promise<void> {
  silenceSqliteWarning()
  const [{ runProgram }, { processTerminal }] = await Promise.all([import('./program.ts'), import('./terminal/terminal.ts')])
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  process.exitCode = await runProgram(process.argv.slice(2), processTerminal(), version)
}

/** Node.js 22 warns that its SQLite is experimental. That is a note to us and not to who uses this command. */
function silenceSqliteWarning(): void {
  const emit = process.emitWarning
  process.emitWarning = (...given: unknown[]): void => {
    const [warning] = given
    if (String(warning).includes('SQLite is an experimental feature')) return
    Reflect.apply(emit, process, given)
  }
}
