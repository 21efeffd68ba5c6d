/** Keeps writes out of what belongs to git: its configuration and its hooks name commands that git runs. */
import { fault } from './fault.ts'
import type { Workspace } from './workspace.ts'

/** Names that a file system may take for `.git`: in other case, with characters that it ignores, or in its short form. */
const GIT = /^(?:\.git|git~\d+)[. ]*(?::.*)?$/
/** Characters that HFS+ leaves out of names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

const isGitName = (name: string): boolean => GIT.test(name.replace(IGNORED, '').toLowerCase())

/** Throws a fault for a path in a repository of git, wherever that lies, and for what would make a directory one. */
export async function refuseGitDirectory(workspace: Workspace, path: string): Promise<void> {
  const parts = (await workspace.resolve(path)).split('/')
  const found = parts.findIndex(isGitName)
  if (found !== -1) throw belongsToGit(path, parts.slice(0, found + 1))
  for (const [index, name] of parts.entries()) {
    if (await isRepository(workspace, parts.slice(0, index), name)) throw belongsToGit(path, parts.slice(0, index))
  }
}

/** What git takes for a repository, once there is also something called `next` in it. */
async function isRepository(workspace: Workspace, directory: readonly string[], next: string): Promise<boolean> {
  const has = async (name: string): Promise<boolean> =>
    name === next || (await workspace.stat([...directory, name].join('/'))) !== undefined
  return (await has('HEAD')) && ((await has('commondir')) || ((await has('objects')) && (await has('refs'))))
}

const belongsToGit = (path: string, directory: readonly string[]): Error =>
  fault(
    'permission_denied',
    `${path} was not written: ${directory.join('/') || 'the workspace itself'} belongs to git, which runs commands that are written there. To change it use bash, e.g. with git config`,
  )
