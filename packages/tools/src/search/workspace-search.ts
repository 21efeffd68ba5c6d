/** The seam for looking through a workspace: which files there are, and which lines match. */
import type { LinePattern } from './line-pattern.ts'

/** Where to look. Ignored and version-control files are left out, unless `path` itself lies among them. */
export type FilesQuery = { readonly path: string; readonly signal: AbortSignal }

/** `partial` says why there may be more; missing means that this is all. Paths are relative to the root, sorted by code unit. */
export type FilesAnswer = { readonly paths: readonly string[]; readonly partial?: string }

/** What to look for. `accepts` leaves files out by their path. */
export type GrepQuery = FilesQuery & { readonly pattern: LinePattern; accepts(path: string): boolean }

/** One line: `line` counts from 1; `text` is without its end, cut to 64 KiB. */
export type GrepLine = { readonly path: string; readonly line: number; readonly text: string; readonly isMatch: boolean }

/**
 * Looks through the files of a workspace.
 *
 * Contract: regular files only, links are not followed, binary files (a NUL byte in the first 8 KiB) are left out.
 */
export interface WorkspaceSearch {
  files(query: FilesQuery): Promise<FilesAnswer>
  /** Gives every matching line with `context` lines around it, in order, until `take` says `false`. Returns why it stopped early, if it did. */
  grep(query: GrepQuery & { readonly context: number; take(line: GrepLine): boolean }): Promise<string | undefined>
}
