/** Opens an address in the person's browser, where there is one. */
import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeOwnFolder } from '../workspace/own-folder.ts'

export type Opener = { readonly command: string; readonly words: readonly string[] }

type Environment = Readonly<Record<string, string | undefined>>

/** What opens a file in a browser here; undefined where nobody would see it. */
export function openerOf(platform: NodeJS.Platform, environment: Environment, file: string): Opener | undefined {
  const remote = environment.SSH_CONNECTION !== undefined && platform !== 'win32'
  if (environment.BROWSER === 'none' || (environment.CI ?? '') !== '' || remote) return undefined
  if (platform === 'darwin') return { command: 'open', words: [file] }
  if (platform === 'win32') return { command: 'explorer.exe', words: [file] }
  const screen = (environment.DISPLAY ?? '') !== '' || (environment.WAYLAND_DISPLAY ?? '') !== ''
  return screen ? { command: 'xdg-open', words: [file] } : undefined
}

const page = (url: string): string =>
  `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">` +
  `<meta http-equiv="refresh" content="0; url=${url}"><title>Seamfold</title><a href="${url}">Open the playground</a>\n`

/**
 * Everybody on a machine can see the words of a process, and the address holds the token: so the browser is given a file that
 * only its owner can read and that leads there. Returns how to remove that file.
 */
export async function openBrowser(url: string, environment: Environment): Promise<() => Promise<void>> {
  if (openerOf(process.platform, environment, '') === undefined) return () => Promise.resolve()
  const folder = await makeOwnFolder('seamfold-open-')
  const file = join(folder, 'playground.html')
  await writeFile(file, page(url), { mode: 0o600 })
  const opener = openerOf(process.platform, environment, file)
  if (opener !== undefined) {
    const child = spawn(opener.command, opener.words, { stdio: 'ignore', detached: true })
    child.on('error', () => undefined) // the address is printed anyway
    child.unref()
  }
  return () => rm(folder, { recursive: true, force: true })
}
