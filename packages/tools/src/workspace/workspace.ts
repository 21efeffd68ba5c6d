/** The seam between the tools and the place that they work in. */
import type { BashOperations } from '../shell/bash-operations.ts'
import type { WorkspaceSearch } from '../search/workspace-search.ts'

/** `special` is what is neither a file nor a directory nor a link: a pipe, a socket, a device. */
export type FileKind = 'file' | 'directory' | 'link' | 'special'

/** Sizes in bytes; `mode` is the permission bits. */
export type FileStat = { readonly kind: Exclude<FileKind, 'link'>; readonly size: number; readonly mode: number }

/** One name in a directory. `size` in bytes, for files. `target` is what a link says, as written. */
export type DirectoryEntry = { readonly name: string; readonly kind: FileKind; readonly size?: number; readonly target?: string }

/** `replacing` is the SHA-256 of the content that may be replaced, or `null` for: only when there is no file yet. Default: whatever is there. */
export type WriteOptions = { readonly replacing?: string | null }

/**
 * A place with files, and perhaps a shell and a search.
 *
 * Contract:
 * - Paths are given relative to the root, or absolute and inside it. What lies outside is refused, whatever leads there; `details.real`
 *   may say where it really is.
 * - Failures are `AgentError`s whose `details.kind` is a `ToolErrorKind`; their message can be read by a model.
 * - `writeFile` is atomic: a reader sees the old content or the new, never a part.
 */
export interface Workspace {
  readonly contract: 1
  /** Where it is, for people and for commands. */
  readonly root: string
  /** The path relative to the root, with `/`, normalised, links followed where they exist; `.` for the root. The file need not exist. */
  resolve(path: string): Promise<string>
  /** What is there, links followed; `undefined` when nothing is. */
  stat(path: string): Promise<FileStat | undefined>
  /** The names in a directory, sorted by code unit. */
  list(path: string): Promise<readonly DirectoryEntry[]>
  /** The same without what each costs to look at. Default: what `list` says. */
  names?(path: string): Promise<readonly Pick<DirectoryEntry, 'name' | 'kind'>[]>
  /** The bytes of a regular file, in pieces. A reader that leaves early leaves nothing open. */
  readFile(path: string): AsyncIterable<Uint8Array>
  /** Replace or create a file with the directories above it. Keeps the permissions of a file that was there. */
  writeFile(path: string, content: Uint8Array, options?: WriteOptions): Promise<void>
  /** Without it there is no `glob` and no `grep`. */
  readonly search?: WorkspaceSearch
  /** Without it there is no `bash` and no `git`. */
  readonly shell?: BashOperations
}
