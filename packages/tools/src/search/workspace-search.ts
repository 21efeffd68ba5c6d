/** The seam for looking through a workspace: which files there are, and which lines match. */
import type { LinePattern } from './line-pattern.ts'

/** Where to look. Ignored and version-control files are left out, unless `path` itself lies among them. */
export type FilesQuery = { readonly path: string; readonly signal: AbortSignal }

/** `partial` says why there may be more; missing means that this is all. Paths are relative to the root, sorted by code unit. */
export type FilesAnswer = { readonly paths: readonly string[]; readonly partial?: string }

/** What to look for. `accepts` leaves files out by their path. */
export type GrepQuery = FilesQuery & { readonly pattern: LinePattern; accepts(path: string): boolean }

/** Bytes of a line that were left out before and after what is given of it. */
export type Hidden = { readonly before: number; readonly after: number }

/**
 * One line: `line` counts from 1; `text` is without its end. Of a line beyond 64 KiB it may be a part, with what `hidden` says around
 * it. `at` is where in `text` a match begins, in UTF-16 units.
 */
export type GrepLine = {
  readonly path: string
  readonly line: number
  readonly text: string
  readonly isMatch: boolean
  readonly at?: number
  readonly hidden?: Hidden
}

/**
 * Looks through the files of a workspace.
 *
 * Contract: regular files only, links are not followed, binary files (a NUL byte in the first 8 KiB) are left out. A match is found
 * wherever it stands in a line, at least where it spans no more than 16,384 characters.
 */
export interface WorkspaceSearch {
  files(query: FilesQuery): Promise<FilesAnswer>
  /** Gives every matching line with `context` lines around it, in order, until `take` says `false`. Returns why it stopped early, if it did. */
  grep(query: GrepQuery & { readonly context: number; take(line: GrepLine): boolean }): Promise<string | undefined>
}
