/** Both ends of a log, told without reading what stands between them. */
import { isJsonObject } from '@seamfold/core/kit'

export interface LogEnds {
  /** The first record of a log; undefined for one that was never written. */
  first(key: string): Promise<string | undefined>
  /** When a log was written last; undefined for one that was never written. */
  last(key: string): Promise<LogTip | undefined>
}

export type LogTip = {
  /** Milliseconds since the epoch; 0 where the last record cannot be read. */
  readonly at: number
  /** Another one after every append. */
  readonly stamp: string
}

/** Of the last record of a journal: its first line says when it was written, and has a digest. */
export function tipOf(record: string | undefined): LogTip | undefined {
  if (record === undefined) return undefined
  const [stamp = ''] = record.split('\n', 1)
  try {
    const header: unknown = JSON.parse(stamp)
    return { at: isJsonObject(header) && typeof header.at === 'number' ? header.at : 0, stamp }
  } catch {
    return { at: 0, stamp } // whoever opens the session says what is wrong with it
  }
}
