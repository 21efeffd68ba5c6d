/** What the ignore files of a tree say together, from a root down to any directory. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type IgnoreRules, parseIgnoreRules, type Verdict } from './ignore-rules.ts'

/** A file of an earlier kind beats any file of a later kind; within a kind the deepest directory decides. */
export const IGNORE_FILES = ['.rgignore', '.ignore', '.gitignore'] as const
const LARGEST_BYTES = 1024 * 1024

/** The rules that hold in one directory. */
export interface IgnoreLevel {
  /** Relative to the root, '' for the root itself. */
  readonly path: string
  /** The level of a directory below; `names` are what is in it. */
  below(name: string, names: ReadonlySet<string>): IgnoreLevel
  /** Whether an entry of this directory is left out. */
  ignores(name: string, isDirectory: boolean): boolean
}

type Scope = { readonly path: string; readonly rules: readonly (IgnoreRules | undefined)[] }

/** `names` are what is in the root. */
export const rootLevel = (root: string, names: ReadonlySet<string>): IgnoreLevel => level(root, '', scopes(root, '', names))

function level(root: string, path: string, inner: readonly Scope[]): IgnoreLevel {
  return {
    path,
    below: (name, names) => {
      const child = under(path, name)
      return level(root, child, [...scopes(root, child, names), ...inner])
    },
    ignores: (name, isDirectory) => name === '.git' || verdictOf(inner, under(path, name), isDirectory) === 'ignored',
  }
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`)

/** None or one scope: the ignore files of a directory. */
function scopes(root: string, path: string, names: ReadonlySet<string>): readonly Scope[] {
  if (!IGNORE_FILES.some((name) => names.has(name))) return []
  return [{ path, rules: IGNORE_FILES.map((name) => (names.has(name) ? readRules(join(root, path, name)) : undefined)) }]
}

function verdictOf(inner: readonly Scope[], path: string, isDirectory: boolean): Verdict | undefined {
  for (let kind = 0; kind < IGNORE_FILES.length; kind++) {
    for (const scope of inner) {
      const relative = scope.path === '' ? path : path.slice(scope.path.length + 1)
      const verdict = scope.rules[kind]?.verdict(relative, isDirectory)
      if (verdict !== undefined) return verdict
    }
  }
  return undefined
}

function readRules(file: string): IgnoreRules | undefined {
  try {
    const found = statSync(file)
    return found.isFile() && found.size <= LARGEST_BYTES ? parseIgnoreRules(readFileSync(file, 'utf8')) : undefined
  } catch {
    // Not there, or not ours to read: it leaves nothing out.
    return undefined
  }
}
