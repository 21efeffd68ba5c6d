/** From what the model asks of git to the arguments of one git command. */
import { fault } from '../workspace/fault.ts'

/** What the model may ask for. Text fields are as the model wrote them. */
export type GitInput = {
  readonly command: 'status' | 'log' | 'diff' | 'branch' | 'checkout' | 'stash' | 'remote' | 'worktree'
  readonly subcommand: 'list' | 'create' | 'remove'
  readonly name?: string | undefined
  readonly path?: string | undefined
  readonly ref?: string | undefined
  readonly target?: string | undefined
  readonly staged: boolean
  readonly base?: string | undefined
  readonly new_branch: boolean
  readonly force: boolean
  readonly message?: string | undefined
  readonly include_untracked: boolean
  readonly max_count: number
  readonly max_bytes: number
}

/** `changes` tells whether it does more than read; `isQuiet`, that warnings and errors are not wanted. */
export type GitCommand = { readonly words: readonly string[]; readonly changes: boolean; readonly isQuiet?: boolean }

/** Throws a fault when something is missing, or could be taken for an option. */
export function gitCommand(input: GitInput): GitCommand {
  switch (input.command) {
    case 'status':
      return reads('status', '--short', '--branch', ALONE)
    case 'log':
      return reads(
        'log',
        `--max-count=${input.max_count}`,
        '--date=iso-strict',
        '--format=%h %ad %an: %s',
        ...plain('ref', input.ref),
        ...after(input.path),
      )
    case 'diff':
      return reads(
        'diff',
        '--no-ext-diff',
        '--no-textconv',
        '--submodule=short',
        ALONE,
        // A workspace may be a folder in a repository: what lies outside is none of its.
        '--relative',
        ...(input.staged ? ['--staged'] : []),
        ...revision(input.target),
        ...after(input.path),
      )
    case 'remote':
      return reads('remote', '--verbose')
    case 'stash':
      if (input.message === undefined) return reads('stash', 'list')
      return changes('stash', 'push', ...(input.include_untracked ? ['--include-untracked'] : []), `--message=${input.message}`)
    case 'checkout':
      return checkout(input)
    case 'branch':
      return branch(input)
    case 'worktree':
      return worktree(input)
  }
}

/** To look into a submodule is to run git there, with another configuration. Its commit is compared all the same. */
const ALONE = '--ignore-submodules=dirty'

const reads = (...words: readonly string[]): GitCommand => ({ words, changes: false })
const changes = (...words: readonly string[]): GitCommand => ({ words, changes: true })
const forced = ({ force }: GitInput): readonly string[] => (force ? ['--force'] : [])

function checkout(input: GitInput): GitCommand {
  if (input.new_branch) return changes('checkout', ...forced(input), '-b', needed('name', input.name), ...plain('base', input.base))
  if (input.path !== undefined) return changes('checkout', ...plain('ref', input.ref), ...after(input.path))
  return changes('checkout', ...forced(input), needed('ref', input.ref), '--')
}

function branch(input: GitInput): GitCommand {
  switch (input.subcommand) {
    case 'list':
      return reads('branch', '--all', '--verbose')
    case 'create':
      return changes('branch', needed('name', input.name), ...plain('base', input.base))
    case 'remove':
      return changes('branch', '--delete', ...forced(input), needed('name', input.name))
  }
}

function worktree(input: GitInput): GitCommand {
  switch (input.subcommand) {
    case 'list':
      return reads('worktree', 'list')
    case 'create': {
      const made = input.new_branch ? ['-b', needed('name', input.name)] : []
      const start = input.new_branch ? plain('base', input.base) : plain('name', input.name)
      return changes('worktree', 'add', ...made, '--', needed('path', input.path), ...start)
    }
    case 'remove':
      return changes('worktree', 'remove', ...forced(input), '--', needed('path', input.path))
  }
}

/** Never a single file of a commit: what it is called would not be seen in what is compared. */
function revision(target: string | undefined): readonly string[] {
  if (target?.includes(':') === true)
    throw fault('invalid_input', `target is ${JSON.stringify(target)}: name commits, branches or tags, and a file with path`)
  return plain('target', target)
}

/** The command that lists, with NUL bytes between them, the files which a `diff` compares, under each name that they have. */
export function comparedFiles({ words }: GitCommand): GitCommand {
  const [command = '', ...rest] = words
  return reads(command, '--name-only', '--no-renames', '-z', ...rest)
}

/** The same `diff` without these files, which are names below the workspace. */
export const diffWithout = ({ words }: GitCommand, files: readonly string[]): GitCommand =>
  reads(...words, ...files.map((file) => `:(exclude,literal)${file}`))

const after = (path: string | undefined): readonly string[] => (path === undefined ? ['--'] : ['--', path])
const plain = (field: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [needed(field, value)])

function needed(field: string, value: string | undefined): string {
  if (value === undefined || value === '') throw fault('invalid_input', `${field} is missing: this git command needs it`)
  if (value.startsWith('-')) throw fault('invalid_input', `${field} is ${JSON.stringify(value)}: it may not begin with a dash`)
  if (value.includes('\0')) throw fault('invalid_input', `${field} has a NUL byte`)
  return value
}
