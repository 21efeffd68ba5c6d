/** Whether the code of a result is that with which a command ended: every result has one, whoever saw it end or not. */
import type { FactOf } from '@seamfold/core/kit'

/** `ran`: the call ran a command. */
export const seenExit = ({ exitCode, errorKind = 'failed' }: FactOf<'tool_end'>, ran: boolean): number | undefined =>
  ran && errorKind === 'failed' ? exitCode : undefined
