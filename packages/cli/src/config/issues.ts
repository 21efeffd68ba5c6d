/** Makes one problem per wrong key of what a schema found. */
import type { z } from 'zod'

type Issue = z.core.$ZodIssue

export type Problem = {
  readonly path: readonly PropertyKey[]
  readonly message: string
  /** The key that is not known. */
  readonly unknown?: string
}

/** The problems in order. Of a union's branches the one that fits best is told. */
export function flattenIssues(issues: readonly Issue[], base: readonly PropertyKey[] = []): readonly Problem[] {
  return issues.flatMap((issue): readonly Problem[] => {
    const path = [...base, ...issue.path]
    if (issue.code === 'unrecognized_keys') return issue.keys.map((unknown) => ({ path, message: issue.message, unknown }))
    if (issue.code === 'invalid_union') return bestBranch(issue.errors, path, issue.message)
    return [{ path, message: issue.message }]
  })
}

/** The branch that got furthest: a branch that refuses the value's very type says least. */
function bestBranch(branches: readonly (readonly Issue[])[], path: readonly PropertyKey[], message: string): readonly Problem[] {
  const fitting = branches.filter(
    (branch) => branch.length > 0 && !branch.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0),
  )
  const deepest = fitting.toSorted((a, b) => depth(b) - depth(a))[0]
  return deepest === undefined ? [{ path, message }] : flattenIssues(deepest, path)
}

const depth = (issues: readonly Issue[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)))
