/** The exit code of a command that was seen to end, and which calls are commands. */
import type { Access, FactOf } from '@seamfold/core/kit'

/** Every result has a code, that of a call that ran no command or was not seen to end too: there it says nothing. */
export const seenExit = ({ exitCode, errorKind = 'failed' }: FactOf<'tool_end'>, ran: boolean): number | undefined =>
  ran && errorKind === 'failed' ? exitCode : undefined

export const runsCommand = (accesses: readonly Access[]): boolean => accesses.some(({ kind }) => kind === 'exec')
