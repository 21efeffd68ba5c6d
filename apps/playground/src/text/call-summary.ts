/** One line that says what a call is about. */
import { isJsonObject, type Json } from '@seamfold/core/kit'

/** The arguments that tell most, best first. */
const telling = ['command', 'path', 'file_path', 'pattern', 'query', 'url', 'prompt', 'name', 'task', 'message']

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ⏎ ')

export function callSummary(input: Json | undefined): string {
  if (input === undefined || input === null) return ''
  if (!isJsonObject(input)) return oneLine(typeof input === 'string' ? input : JSON.stringify(input))
  for (const key of telling) {
    const value = input[key]
    if (typeof value === 'string' && value !== '') return oneLine(value)
  }
  const fields = Object.entries(input).map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return oneLine(fields.join(', '))
}
