/** Which files a failing test points at, and which changes are worth trying first. */
import { candidatesOf } from './bug-patterns.ts'
import type { Candidate } from './bug-patterns.ts'
import type { Notebook } from './notebook.ts'
import { functionsOf, importsOf, testAround } from './source.ts'
import { likelyKinds } from './symptom.ts'
import type { Frame, TestFailure } from './test-report.ts'

const isTest = (path: string): boolean => /(?:^|[\\/])(?:test|tests|__tests__)[\\/]|\.(?:test|spec)\.[cm]?[jt]sx?$/.test(path)

/** Where the workspace lies, when a stack names a file both in full and from the workspace on. */
function rootOf(frames: readonly Frame[]): string {
  const relative = frames.map(({ path }) => path).filter((path) => !path.startsWith('/'))
  const absolute = frames.map(({ path }) => path).filter((path) => path.startsWith('/'))
  for (const short of relative) {
    const long = absolute.find((path) => path.endsWith(`/${short}`))
    if (long !== undefined) return long.slice(0, -short.length)
  }
  return ''
}

/** The frames of a failure, as paths from the workspace on where that is known. */
function framesIn(failure: TestFailure, failures: readonly TestFailure[]): readonly Frame[] {
  const root = rootOf(failures.flatMap(({ frames }) => frames))
  return failure.frames.map(({ path, line }) => ({ path: root !== '' && path.startsWith(root) ? path.slice(root.length) : path, line }))
}

/** The test files of the failures, without repetition. */
export const testFiles = (failures: readonly TestFailure[]): readonly string[] => [
  ...new Set(failures.flatMap((failure) => framesIn(failure, failures).map(({ path }) => path)).filter(isTest)),
]

/** The source files that the failures point at: in their stacks, and imported by their tests. */
export function sourceFiles(failures: readonly TestFailure[], notebook: Notebook): readonly string[] {
  const inStacks = failures.flatMap((failure) => framesIn(failure, failures).map(({ path }) => path)).filter((path) => !isTest(path))
  const imported = testFiles(failures).flatMap((path) => importsOf(path, notebook.files.get(path) ?? '').map((found) => found.path))
  return [...new Set([...inStacks, ...imported])]
}

/** The functions that a failing test calls, with the files that they come from; those of its stack first. */
function functionsUnder(
  failure: TestFailure,
  failures: readonly TestFailure[],
  notebook: Notebook,
): readonly { readonly path: string; readonly name: string }[] {
  const frames = framesIn(failure, failures)
  const stacked = frames.flatMap(({ path, line }) => {
    const inside = isTest(path)
      ? undefined
      : functionsOf(notebook.files.get(path) ?? '').findLast(({ first, last }) => first < line && line <= last + 1)
    return inside === undefined ? [] : [{ path, name: inside.name }]
  })
  const called = frames
    .filter(({ path }) => isTest(path))
    .flatMap(({ path, line }) => {
      const source = notebook.files.get(path) ?? ''
      const body = testAround(source, line)
      return importsOf(path, source).flatMap((found) =>
        found.names.filter((name) => new RegExp(`\\b${name}\\b`).test(body)).map((name) => ({ path: found.path, name })),
      )
    })
  return [...stacked, ...called]
}

const key = ({ path, before, after }: { readonly path: string; readonly before: string; readonly after: string }): string =>
  [path, before, after].join('\n')

/** Changes worth trying, the likeliest first: in functions that a failing test calls, then elsewhere in their files. */
export function rankedCandidates(notebook: Notebook): readonly Candidate[] {
  const failures = notebook.report?.failures ?? []
  const files = sourceFiles(failures, notebook)
  const all = files.flatMap((path) => candidatesOf(path, notebook.files.get(path) ?? ''))
  const ordered = failures.flatMap((failure) => {
    const kinds = likelyKinds(failure)
    const under = functionsUnder(failure, failures, notebook)
    const near = ({ path, inFunction }: Candidate): number => {
      const at = under.findIndex((found) => found.path === path && found.name === inFunction)
      return at < 0 ? under.length : at
    }
    const mine = all.filter((candidate) => near(candidate) < under.length)
    return mine.toSorted(
      (left, right) => near(left) - near(right) || kinds.indexOf(left.kind) - kinds.indexOf(right.kind) || left.line - right.line,
    )
  })
  const [first] = failures
  const kinds = first === undefined ? [] : likelyKinds(first)
  const rest = all.toSorted((left, right) => kinds.indexOf(left.kind) - kinds.indexOf(right.kind))
  return [...new Map([...ordered, ...rest].map((candidate) => [key(candidate), candidate])).values()]
}
