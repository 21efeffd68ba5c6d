/** Has a module judged by a seam's conformance cases in a process of its own: what it does wrong ends that process only. */
import { fork } from 'node:child_process'
import { AgentError, type ErrorCode } from '@seamfold/core/kit'
import type { Card, CaseResult } from '@seamfold/core/testing'
import { located } from '../workspace/located.ts'
import type { CardMessage } from './conformance-card.ts'

export type ModuleToJudge = {
  readonly seam: string
  readonly module: string
  readonly signal: AbortSignal
  /** Hears of each case as it ends. */
  readonly onResult?: (result: CaseResult, count: number) => void
}

type Place = {
  /** Where modules may lie; paths are relative to the first one that has them. */
  readonly folders: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Milliseconds for all cases. Default: 120,000. */
  readonly timeoutMs?: number
}

const words = (text: string): string => (text === '' ? '' : `: ${text}`)

/** Throws `invalid_argument` when the module cannot be judged. */
export async function judgeModule(
  { seam, module, signal, onResult }: ModuleToJudge,
  { folders, environment, timeoutMs = 120_000 }: Place,
): Promise<Card> {
  const [folder = ''] = folders
  const child = fork(process.argv[1] ?? '', ['conformance-card', seam, await located(module, folders)], {
    cwd: folder,
    env: { ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let complaints = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2_000)
  })
  const end = (): void => void child.kill('SIGKILL')
  const timer = setTimeout(end, timeoutMs)
  signal.addEventListener('abort', end, { once: true })
  try {
    const told = await new Promise<Exclude<CardMessage, { result: CaseResult }> | undefined>((settle, reject) => {
      child.on('message', (message) => {
        const said = message as CardMessage
        if ('result' in said) onResult?.(said.result, said.count)
        else settle(said)
      })
      child.once('error', reject)
      child.once('close', () => settle(undefined))
    })
    if (told === undefined) {
      throw new AgentError(
        'invalid_argument',
        `The module ended the process that judged it, or took longer than ${timeoutMs / 1_000} s${words(complaints.trim())}`,
      )
    }
    if ('problem' in told) throw new AgentError(told.problem.code as ErrorCode, told.problem.message)
    return told.card
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    end()
  }
}
