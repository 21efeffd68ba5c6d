/** Starts real processes that work on a store, from the sources. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { FROM_SOURCES } from '../../../test/support/doors.ts'

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** The command line of a script of this folder, without the program. */
export const commandOf = (script: string, ...parameters: readonly string[]): string[] => [...FROM_SOURCES, at(script), ...parameters]

export const start = (script: string, ...parameters: readonly string[]): Child =>
  spawn(process.execPath, commandOf(script, ...parameters), { stdio: ['pipe', 'pipe', 'pipe'] })

export const linesOf = (child: Child): AsyncIterator<string> => createInterface({ input: child.stdout })[Symbol.asyncIterator]()

export const textOf = async (stream: Readable): Promise<string> => {
  const chunks: string[] = []
  for await (const chunk of stream.setEncoding('utf8')) chunks.push(String(chunk))
  return chunks.join('')
}

export const exitOf = (child: Child): Promise<unknown> =>
  new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)))
