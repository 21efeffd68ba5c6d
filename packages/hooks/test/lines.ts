/** A socket in a folder of its own, on which processes of a test speak to it in lines. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Lines {
  readonly path: string
  close(): Promise<void>
}

/** Each connection says one line. */
export async function listenForLines(onLine: (line: string, socket: Socket) => void): Promise<Lines> {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-hooks-'))
  const path = join(folder, 's')
  const server = createServer((socket) => {
    let said = ''
    socket.setEncoding('utf8')
    socket.on('error', () => {}) // whoever spoke was killed
    socket.on('data', (chunk: string) => {
      if (said.includes('\n')) return
      said += chunk
      if (said.includes('\n')) onLine(said.slice(0, said.indexOf('\n')), socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        rmSync(folder, { recursive: true, force: true })
      }),
  }
}

export const scriptPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
