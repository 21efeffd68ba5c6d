/** What a repository of git would have git run: its hooks, and settings that are not known to name no program. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lookAt } from './look.ts'

/** Settings that `git init`, `git clone` and submodules write, and who makes commits. */
const HARMLESS =
  /^(?:core\.(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|worktree)|extensions\.(?:objectformat|partialclone|refstorage)|remote\..*\.(?:url|fetch|pushurl|tagopt|promisor|partialclonefilter)|branch\..*\.(?:remote|merge|rebase)|submodule\.(?:.*\.)?(?:url|active)|user\.(?:name|email)|init\.defaultbranch)$/i
const MOST_BYTES = 256 * 1024

/** What was found in a repository's own folder. */
export type GitCommands = {
  /** Each hook with what tells whether it was changed. */
  readonly hooks: ReadonlyMap<string, string>
  /** The text of its configuration; undefined where there is none. */
  readonly config: string | undefined
  /** Lines of it that may name a program. */
  readonly risky: ReadonlySet<string>
  /** Files that lead git to other settings, with what tells whether they were changed. */
  readonly leading: ReadonlyMap<string, string>
}

/** `isCommon`: the folder that it has its settings from is looked at as well. */
export function gitCommands(folder: string, isCommon: boolean): GitCommands {
  const config = textOf(join(folder, 'config'))
  const leading = [...(isCommon ? [] : ['commondir']), 'config.worktree'].flatMap((name) => stamped(join(folder, name), name))
  return { hooks: new Map(hooksOf(folder)), config, risky: new Set(readLines(config ?? '').risky), leading: new Map(leading) }
}

/** A folder of hooks that is a link is one hook. */
function hooksOf(folder: string): readonly (readonly [string, string])[] {
  const hooks = join(folder, 'hooks')
  const found = lookAt(hooks)
  if (found === undefined) return []
  if (found !== 'folder') return stamped(hooks, 'hooks')
  return readdirSync(hooks)
    .filter((name) => !/\.(?:sample|from-sandbox(?:-\d+)?)$/.test(name))
    .flatMap((name) => stamped(join(hooks, name), join('hooks', name)))
}

function stamped(path: string, name: string): readonly (readonly [string, string])[] {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? [] : [[name, [found.ino, found.size, found.ctimeNs].join(' ')]]
}

/** What is no plain file is read as something that is not understood. */
function textOf(file: string): string | undefined {
  const found = lookAt(file)
  if (found === undefined) return undefined
  if (found !== 'file' || lstatSync(file).size > MOST_BYTES) return '?'
  return readFileSync(file, 'utf8')
}

/** The lines of a configuration that name no program, and the others. */
export function readLines(config: string): { readonly harmless: readonly string[]; readonly risky: readonly string[] } {
  const harmless: string[] = []
  const risky: string[] = []
  let section = ''
  for (const line of config.split('\n')) {
    const head = /^\s*\[([\w.-]+)(?:[ \t]+"((?:[^"\\]|\\.)*)")?\][ \t\r]*$/.exec(line)
    if (head !== null) section = head[2] === undefined ? (head[1] ?? '') : `${head[1]}.${head[2]}`
    const key = /^\s*([A-Za-z][\w-]*)[ \t\r]*(?:=[^\\]*)?$/.exec(line)?.[1]
    const isHarmless = head !== null || /^\s*(?:[#;].*)?$/.test(line) || (key !== undefined && HARMLESS.test(`${section}.${key}`))
    if (isHarmless) harmless.push(line)
    else risky.push(`${section} ${line.trim()}`)
  }
  return { harmless, risky }
}
