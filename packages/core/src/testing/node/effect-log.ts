/** The count of effects, one line each in a file: what has happened stays happened when the process is killed. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EffectLog } from './crash-scenario.ts'

export interface EffectFile extends EffectLog {
  /** Every key that something happened under, with its count. */
  all(): ReadonlyMap<string, number>
}

export function effectFile(directory: string): EffectFile {
  const path = join(directory, 'effects.log')
  const all = (): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>()
    if (!existsSync(path)) return counts
    for (const key of readFileSync(path, 'utf8').split('\n').slice(0, -1)) counts.set(key, (counts.get(key) ?? 0) + 1)
    return counts
  }
  const count = (key: string): number => all().get(key) ?? 0
  const happen = (key: string): void => appendFileSync(path, `${key}\n`)
  const once = (key: string): boolean => {
    if (count(key) > 0) return false
    happen(key)
    return true
  }
  return { all, count, happen, once }
}
