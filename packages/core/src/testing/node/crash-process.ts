/** Starts one process of a scenario, and waits until it has ended or was killed. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { type CrashOrder, type CrashReport, ORDER_VARIABLE, REPORT_FILE } from './crash-child.ts'
import { KILLED_FILE } from './kill-points.ts'
import { MARK_VARIABLE } from './left-processes.ts'

export type CrashProcess = {
  readonly order: CrashOrder
  /** Marks the process and all that come from it. */
  readonly mark: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export type ProcessEnd =
  | { readonly type: 'killed'; readonly at: string }
  | { readonly type: 'ended'; readonly report: CrashReport }
  | { readonly type: 'broken'; readonly why: string }

/** Characters of its standard error that a broken process is quoted with. */
const QUOTED = 2000

export async function runProcess(options: CrashProcess): Promise<ProcessEnd> {
  const { order } = options
  const killedFile = join(order.directory, KILLED_FILE)
  rmSync(killedFile, { force: true })
  const { code, signal, stderr, late } = await childEnd(options)
  if (signal === 'SIGKILL' && existsSync(killedFile)) return { type: 'killed', at: readFileSync(killedFile, 'utf8') }
  if (code === 0) return { type: 'ended', report: JSON.parse(readFileSync(join(order.directory, REPORT_FILE), 'utf8')) as CrashReport }
  const how = late ? `did not end within ${options.timeoutMs} ms` : `ended with ${signal ?? `exit code ${code}`}`
  return { type: 'broken', why: `process ${order.attempt + 1} ${how}: ${stderr.slice(-QUOTED).trim() || 'it said nothing'}` }
}

type ChildEnd = { readonly code: number | null; readonly signal: string | null; readonly stderr: string; readonly late: boolean }

function childEnd({ order, mark, env: more, timeoutMs }: CrashProcess): Promise<ChildEnd> {
  const program = `import { runCrashChild } from ${JSON.stringify(doorOf(import.meta.url))}; await runCrashChild()`
  return new Promise((resolve, reject) => {
    const child = spawn(execPath, ['--input-type=module', '--eval', program], {
      env: { ...env, ...more, [ORDER_VARIABLE]: JSON.stringify(order), [MARK_VARIABLE]: mark },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, timeoutMs)
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-QUOTED)))
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, stderr, late })
    })
  })
}

/** Built, this file is part of the door itself; in the sources the function stands beside it. */
const doorOf = (self: string): string => (self.endsWith('.ts') ? new URL('crash-child.ts', self).href : self)
