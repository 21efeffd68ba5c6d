/** Looks through a directory of this machine: ripgrep finds candidates where there is one, and the same code judges either way. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { fault } from '../workspace/fault.ts'
import { FileSearch, type GrepJob } from './grep-file.ts'
import { IGNORE_FILES } from './ignore-tree.ts'
import { inSlices, type SliceLimits } from '../base/in-slices.ts'
import { keptFrom } from './kept-from.ts'
import { lineBuffer, LineReader } from './line-reader.ts'
import { matchingPaths } from './matching-paths.ts'
import { ripgrep } from './ripgrep.ts'
import { namesIn, walk } from './walk.ts'
import type { FilesAnswer, FilesQuery, WorkspaceSearch } from './workspace-search.ts'

/** `root` is a real path. `ripgrep` is a program, or `null` to do without. */
export interface LocalSearchOptions {
  readonly root: string
  readonly ripgrep: string | null
  /** Milliseconds after which ripgrep is ended, and the search goes on without it. Default: 10,000. */
  readonly ripgrepMs?: number
}

/** ripgrep reads huge binary files to their end, which the walk leaves out after 8 KiB. */
const RIPGREP_MS = 10_000

/** Milliseconds that one search may take. */
const TIME_MS = 30_000
const LATE = `stopped after ${TIME_MS / 1000} s; narrow it with a path or a glob`

export const localSearch = (options: LocalSearchOptions): WorkspaceSearch => ({
  files: (query) => candidates(options, query),
  async grep({ pattern, accepts, context, take, path, signal }) {
    const deadline = performance.now() + TIME_MS
    const found = await candidates(options, { path, signal, expression: pattern.ripgrep })
    const paths = await matchingPaths(found.paths, (candidate) => candidate === path || accepts(candidate), signal)
    const stopped = await grepFiles(options.root, paths, { pattern, context, take, signal, deadline })
    return stopped ?? found.partial
  },
})

async function candidates(
  options: LocalSearchOptions,
  query: FilesQuery & { readonly expression?: string | undefined },
): Promise<FilesAnswer> {
  const { root, ripgrepMs = RIPGREP_MS } = options
  const { path, signal } = query
  const found = lstatSync(join(root, path), { throwIfNoEntry: false })
  if (found === undefined) throw fault('not_found', `${path} does not exist. List its parent with ls`)
  if (found.isFile()) return { paths: [path] }
  if (!found.isDirectory()) throw fault('unsupported', `${path} is neither a file nor a directory`)
  const from = path === '.' ? '' : path
  const limits = { signal, deadline: performance.now() + TIME_MS }
  const quick =
    options.ripgrep === null
      ? undefined
      : await withRipgrep({ root, program: options.ripgrep, from, expression: query.expression, ripgrepMs }, limits)
  return quick ?? withWalk(root, from, limits)
}

type Quick = {
  readonly root: string
  readonly program: string
  readonly from: string
  readonly expression: string | undefined
  readonly ripgrepMs: number
}

/** `undefined`: ripgrep cannot give this answer here, or cannot give the same as the walk. */
async function withRipgrep({ root, program, from, expression, ripgrepMs }: Quick, limits: SliceLimits): Promise<FilesAnswer | undefined> {
  const above = from === '' ? [] : directoriesAbove(from).map((directory) => namesIn(join(root, directory)))
  const has = (name: string): boolean => above.some((names) => names.has(name))
  const [first, second, last] = IGNORE_FILES
  if (has(first) || has(second)) return undefined
  const below = await ripgrep(program, {
    directory: join(root, from),
    signal: limits.signal,
    deadline: Math.min(limits.deadline, performance.now() + ripgrepMs),
    ...(expression === undefined ? {} : { expression }),
  })
  if (below === undefined) return undefined
  const paths = from === '' ? below : below.map((path) => `${from}/${path}`)
  if (!has(last)) return { paths: paths.toSorted() }
  return outcome(...(await keptFrom({ root, from, paths }, limits)))
}

async function withWalk(root: string, from: string, limits: SliceLimits): Promise<FilesAnswer> {
  const walking = walk(root, from)
  const ended = await inSlices(() => walking.step(), limits)
  return outcome(walking.paths, ended === 'done')
}

const outcome = (paths: readonly string[], isWhole: boolean): FilesAnswer => ({
  paths: paths.toSorted(),
  ...(isWhole ? {} : { partial: LATE }),
})

/** '' and every directory down to the parent. */
function directoriesAbove(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index).join('/'))
}

async function grepFiles(root: string, paths: readonly string[], job: GrepJob & SliceLimits): Promise<string | undefined> {
  const buffer = lineBuffer()
  let next = 0
  let reader: LineReader | undefined
  let search: FileSearch | undefined
  const step = (): boolean => {
    if (search?.step() === true) return true
    if (search?.isStopped === true) return false
    reader?.close()
    reader = undefined
    const path = paths[next++]
    if (path === undefined) return false
    reader = new LineReader(join(root, path), buffer)
    search = new FileSearch(path, reader, job)
    return true
  }
  try {
    const ended = await inSlices(step, job)
    if (ended === 'stuck') throw stuck(paths[next - 1])
    return ended === 'late' ? LATE : undefined
  } finally {
    reader?.close()
  }
}

const stuck = (path: string | undefined): Error =>
  fault(
    'timeout',
    `The pattern took more than a second on ${path ?? 'one file'}: it backtracks too much. Use a simpler one, without repeats inside repeats`,
  )
