/** A directory of this machine as a workspace. */
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AgentError } from '@seamfold/core/kit'
import { localSearch } from '../search/local-search.ts'
import type { Environment } from '../shell/command-environment.ts'
import { sandboxedShell } from '../sandbox/sandboxed-shell.ts'
import type { SandboxMode, SandboxOptions } from '../sandbox/sandbox-options.ts'
import type { BashOperations } from '../shell/bash-operations.ts'
import { containedPath, type KnownFolders, type Root } from './contained-path.ts'
import { systemCode } from './fault.ts'
import { openDirectory, openFile, pinnedPath } from './pinned.ts'
import { replaceFile } from './replace-file.ts'
import type { DirectoryEntry, FileKind, FileStat, Workspace } from './workspace.ts'

/** What a local workspace may be told. */
export interface LocalWorkspaceOptions {
  /** The whole environment that commands see. Default: `commandEnvironment()`, this process's own without what looks like a key. */
  readonly environment?: Environment
  /** Whether commands run in a sandbox of the system, and what it lets them do. Default: `off`. Not together with `shell`. */
  readonly sandbox?: SandboxMode | SandboxOptions
  /** Where commands run. Default: on this machine. `null`: nowhere, so there is no `bash` and no `git`. */
  readonly shell?: BashOperations | null
  /** The ripgrep program. Default: `rg` when it is on the path. `null`: search without it. */
  readonly ripgrep?: string | null
}

const CHUNK_BYTES = 256 * 1024
const PERMISSIONS = 0o7777

/** Throws `invalid_argument` when `root` is not a directory, `unsupported` when a sandbox is required and there is none. */
export function localWorkspace(root: string, options: LocalWorkspaceOptions = {}): Workspace {
  const place = openRoot(root)
  const at = (path: string): string => join(place.real, path)
  const { ripgrep } = options
  const shell = shellOf(place, options)
  return {
    contract: 1,
    root: place.given,
    resolve: resolving(place),
    stat: async (path) => statAt(at(await containedPath(place, path))),
    list: async (path) => listAt(at(await containedPath(place, path)), path),
    names: async (path) => {
      const entries = readdirSync(at(await containedPath(place, path)), { withFileTypes: true })
      return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
    },
    readFile: (path) => chunksOf(place, path),
    writeFile: async (path, content, write) => replaceFile({ absolute: at(await containedPath(place, path)), asked: path }, content, write),
    search: localSearch({ root: place.real, ripgrep: ripgrep === undefined ? 'rg' : ripgrep }),
    ...(shell === null ? {} : { shell }),
  }
}

/** The paths of one call are asked for together: until something else runs, folders that they share are looked up once. */
function resolving(place: Root): Workspace['resolve'] {
  const known: KnownFolders = new Map()
  return (path) => {
    if (known.size === 0) queueMicrotask(() => known.clear())
    return containedPath(place, path, known)
  }
}

function shellOf({ real }: Root, { environment, sandbox = 'off', shell }: LocalWorkspaceOptions): BashOperations | null {
  if (shell === undefined) return sandboxedShell({ directory: real, sandbox, ...(environment ? { environment } : {}) })
  if (sandbox === 'off') return shell
  throw new AgentError(
    'invalid_argument',
    'A workspace got both a shell and a sandbox. Give one: the sandbox is around the shell of this machine',
  )
}

function openRoot(root: string): Root {
  const given = resolve(root)
  try {
    if (root.trim() !== '' && !root.includes('\0') && statSync(given).isDirectory()) return { given, real: realpathSync.native(given) }
  } catch (error) {
    throw new AgentError(
      'invalid_argument',
      `The workspace ${JSON.stringify(root)} cannot be used: ${reason(error)} at ${given}. Make the directory first, or name another`,
      { cause: error },
    )
  }
  throw new AgentError('invalid_argument', `The workspace ${JSON.stringify(root)} is not a directory. Name a directory that exists`)
}

const reason = (error: unknown): string => (systemCode(error) === 'ENOENT' ? 'there is nothing' : String(error))

const kindOf = (entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): FileKind => {
  if (entry.isSymbolicLink()) return 'link'
  if (entry.isDirectory()) return 'directory'
  return entry.isFile() ? 'file' : 'special'
}

async function statAt(absolute: string): Promise<FileStat | undefined> {
  const found = await lstat(absolute).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined
    throw error
  })
  if (found === undefined || found.isSymbolicLink()) return undefined
  const kind = found.isDirectory() ? 'directory' : found.isFile() ? 'file' : 'special'
  return { kind, size: found.size, mode: found.mode & PERMISSIONS }
}

async function listAt(absolute: string, asked: string): Promise<readonly DirectoryEntry[]> {
  const directory = await openDirectory(absolute, asked)
  try {
    const folder = pinnedPath(directory, absolute)
    const entries = await readdir(folder, { withFileTypes: true })
    const described = entries.map(async (entry): Promise<DirectoryEntry> => {
      const kind = kindOf(entry)
      const path = join(folder, entry.name)
      if (kind === 'link') return { name: entry.name, kind, target: await readlink(path).catch(() => '?') }
      const size =
        kind === 'file'
          ? await lstat(path).then(
              (found) => found.size,
              () => undefined,
            )
          : undefined
      return { name: entry.name, kind, ...(size === undefined ? {} : { size }) }
    })
    return (await Promise.all(described)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } finally {
    await directory.close()
  }
}

async function* chunksOf(root: Root, path: string): AsyncGenerator<Uint8Array> {
  const handle = await openFile(join(root.real, await containedPath(root, path)), path)
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}
