/** One line that says what a call is about. */
import { isJsonObject, type Json } from '@seamfold/core/kit'

/** The arguments that tell most, best first. */
const telling = ['command', 'path', 'file_path', 'pattern', 'query', 'url', 'prompt', 'name', 'task', 'message']

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ⏎ ')

/** The name of the argument that the summary is made of, where it is one. */
export const tellingKey = (input: Json | undefined): string | undefined =>
  isJsonObject(input) ? telling.find((key) => typeof input[key] === 'string' && input[key] !== '') : undefined

/** Of a list of objects only how many they are. */
function field(key: string, value: Json | undefined): string {
  if (Array.isArray(value) && value.length > 0 && value.every((each) => isJsonObject(each))) return `${value.length} ${key}`
  return `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`
}

export function callSummary(input: Json | undefined): string {
  if (input === undefined || input === null) return ''
  if (!isJsonObject(input)) return oneLine(typeof input === 'string' ? input : JSON.stringify(input))
  const told = input[tellingKey(input) ?? '']
  if (typeof told === 'string') return oneLine(told)
  const fields = Object.entries(input).map(([key, value]) => field(key, value))
  return oneLine(fields.join(', '))
}
