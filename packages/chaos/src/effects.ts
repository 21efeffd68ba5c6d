/** What the tools did to the world: one line for each effect, appended by whichever process has it. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Effect = {
  readonly tool: string
  readonly sessionId: string
  /** The same for one call, however often it is made. */
  readonly key: string
  readonly pid: number
}

const fileIn = (directory: string): string => join(directory, 'effects.jsonl')

export const leaveMark = (directory: string, effect: Effect): void => appendFileSync(fileIn(directory), `${JSON.stringify(effect)}\n`)

export function marksIn(directory: string): readonly Effect[] {
  const file = fileIn(directory)
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Effect)
}
