/** The `git` tool: the common commands of git, without a shell line to get wrong. */
import { type Access, failed, succeeded, tool, type Tool, type ToolContext, type ToolResult } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import type { BashOperations } from '../shell/bash-operations.ts'
import { endingWhole, OutputWindow } from '../shell/output-window.ts'
import { fault, reporting } from '../workspace/fault.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { comparedFiles, diffWithout, type GitCommand, gitCommand, type GitInput } from './git-command.ts'
import { gitScript, quoted } from './git-script.ts'
import { LeftOut } from './left-out.ts'

const TIMEOUT_MS = 60_000

const MOST_COMMITS = 200
const DEFAULT_BYTES = 64 * 1024
const MOST_BYTES = 96 * 1024
/** Names of files that are listed at the most. */
const MOST_NAMES_BYTES = 1024 * 1024

const gitInput = toolInput({
  command: z.enum(['status', 'log', 'diff', 'branch', 'checkout', 'stash', 'remote', 'worktree']),
  subcommand: z.enum(['list', 'create', 'remove']).default('list').describe('For branch and worktree. Default: list'),
  name: z.string().optional().describe('Name of the branch to create, remove or put into a worktree'),
  path: z.string().optional().describe('For log, diff and checkout: only this path. For worktree: its directory'),
  ref: z.string().optional().describe('For log and checkout: a commit, branch or tag'),
  target: z.string().optional().describe("For diff: what to compare with, e.g. 'HEAD~2' or 'main...HEAD'. Default: the index"),
  staged: z.boolean().default(false).describe('For diff: what is staged. Default: false'),
  base: z.string().optional().describe('Where a new branch starts. Default: HEAD'),
  new_branch: z.boolean().default(false).describe('For checkout and worktree create: make the branch `name`. Default: false'),
  force: z
    .boolean()
    .default(false)
    .describe('For checkout, branch remove and worktree remove: also when work would be lost. Default: false'),
  message: z.string().optional().describe('For stash: put the changes away under this message; without it stashes are listed'),
  include_untracked: z.boolean().default(false).describe('For stash: files that git does not know yet too. Default: false'),
  max_count: z.int().min(1).max(MOST_COMMITS).default(10).describe(`For log: how many commits, at most ${MOST_COMMITS}. Default: 10`),
  max_bytes: z
    .int()
    .min(256)
    .max(MOST_BYTES)
    .default(DEFAULT_BYTES)
    .describe(`Output in bytes, at most ${MOST_BYTES}. Default: ${DEFAULT_BYTES}`),
})

/** Reading commands have no effect and run no other program; the others are judged as the command that they run. */
export const gitTool = (workspace: Workspace, shell: BashOperations): Tool =>
  tool({
    name: 'git',
    description:
      'Look at a git repository (status, log, diff, branch, remote, worktree, stash) and change branches, worktrees and stashes. To commit, use bash.',
    input: gitInput,
    access: (input): readonly Access[] => {
      const command = understood(input)
      if (command === undefined) return []
      const text = `git ${quoted(command.words)}`
      return command.changes ? [{ kind: 'exec', command: text, commands: [text] }] : [{ kind: 'read', path: '.' }]
    },
    effect: (input) => (understood(input)?.changes === true ? 'unsafe' : 'none'),
    execute: reporting(async (input: GitInput, context: ToolContext) => {
      const command = gitCommand(input)
      // Its own paths git keeps inside; a worktree is a directory that we name.
      if (input.path !== undefined) await workspace.resolve(input.path)
      const run = (what: GitCommand): Promise<Ended> => ended(shell, what, context.signal)
      if (input.command !== 'diff') return result(await run(command), input.max_bytes)
      const leftOut = new LeftOut(context)
      const listing = comparedFiles(command)
      const listed = await run({ ...listing, isQuiet: true })
      if (listed.exitCode !== 0) return result(await run(listing), input.max_bytes)
      const hidden = namesOf(listed).filter((name) => !leftOut.mayRead(name))
      return result(await run(hidden.length === 0 ? command : diffWithout(command, hidden)), input.max_bytes, leftOut.notes())
    }),
  })

/** All that a command said, in `text`, and how long that was. */
type Ended = { readonly text: string; readonly bytes: number; readonly exitCode: number | undefined }

async function ended(shell: BashOperations, command: GitCommand, signal: AbortSignal): Promise<Ended> {
  const output = new OutputWindow()
  const end = await shell.run(gitScript(command), { timeoutMs: TIMEOUT_MS, signal, onOutput: (chunk) => output.add(chunk) })
  if (end.ending === 'timed_out') throw fault('timeout', `git took more than ${TIMEOUT_MS} ms and was ended. Check before repeating it`)
  if (end.ending === 'cancelled') throw fault('cancelled', 'Cancelled. What git did until then stays done')
  return { text: output.text(), bytes: output.total, exitCode: end.exitCode }
}

/** The names in a list that was kept whole and read right: another name would be judged, and another file left out. */
function namesOf({ text, bytes }: Ended): readonly string[] {
  if (bytes > MOST_NAMES_BYTES) throw fault('unsupported', 'Too many files differ to be judged one by one. Narrow it with path')
  if (text.includes('\ufffd')) throw fault('unsupported', 'A file that differs has a name that is not UTF-8. Narrow it with path')
  return text.split('\0').filter((name) => name !== '')
}

function understood(input: GitInput): GitCommand | undefined {
  try {
    return gitCommand(input)
  } catch {
    // It is refused when it is to be run, before anything is done.
    return undefined
  }
}

function result({ text, exitCode }: Ended, limit: number, notes: readonly string[] = []): ToolResult {
  const bytes = Buffer.from(text)
  const note = bytes.length > limit ? `\n[the first ${limit} of ${bytes.length} bytes; narrow it with path or raise max_bytes]` : ''
  const shown = bytes.length > limit ? endingWhole(bytes, limit) + note : text
  if (exitCode !== 0)
    return failed(shown === '' ? `git ended with exit code ${exitCode ?? 'unknown'}` : shown, exitCode === undefined ? {} : { exitCode })
  return succeeded([shown === '' ? '[no output]' : shown, ...notes].join(notes.length > 0 && !shown.endsWith('\n') ? '\n' : ''))
}
