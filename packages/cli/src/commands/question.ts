/** A question of the model to the person at the terminal: its options with their numbers, and what a typed line answers. */
import type { Answer } from '@seamfold/core'
import { type Question, questionOf } from '@seamfold/core'
import type { WaitingFor } from '@seamfold/core/kit'
import type { Style } from '../render/style.ts'
import { visibleLine, visibleLines } from '../render/text.ts'

/** The question with its options, and how to answer it. */
export function questionText(request: WaitingFor, { colors, signs }: Style): readonly string[] {
  const question = questionOf(request)
  const [first = '', ...more] = visibleLines(question.question)
  const options = question.options.map(({ label, description }, index) => {
    const rest = description === undefined ? '' : colors.dim(`  ${visibleLine(description)}`)
    return `    ${colors.bold(String(index + 1))}  ${visibleLine(label)}${rest}`
  })
  return [
    `${colors.cyan(signs.waiting)} ${colors.bold(first)}`,
    ...more.map((line) => `  ${line}`),
    ...options,
    `  ${colors.dim(wayOf(question))}`,
  ]
}

function wayOf({ options, several, freeText }: Question): string {
  const ways = [
    ...(options.length > 0 ? [several ? 'numbers with commas between them' : 'a number'] : []),
    ...(freeText ? ['your own words'] : []),
    '/no, and why, to leave it unanswered',
  ]
  return `Type ${ways.slice(0, -1).join(' or ')}; ${ways.at(-1)}.`
}

/** What a line says to the question: undefined for what is no answer to it. */
export function readReply(request: WaitingFor, line: string): Answer | undefined {
  const text = line.trim()
  const { options, several, freeText } = questionOf(request)
  if (/^\/no\b/i.test(text)) {
    const message = text.slice(3).replace(/^[\s,:]+/, '')
    return { decision: 'reject', ...(message === '' ? {} : { message }) }
  }
  const pick = (word: string): string | undefined =>
    /^\d+$/.test(word) ? options[Number(word) - 1]?.label : options.find(({ label }) => label.toLowerCase() === word.toLowerCase())?.label
  const one = pick(text)
  if (one !== undefined) return { decision: 'reply', value: several ? [one] : one }
  const picked = several ? text.split(/\s*,\s*/).map(pick) : []
  if (picked.length > 0 && picked.every((label) => label !== undefined)) return { decision: 'reply', value: [...new Set(picked)] }
  // A number that is no option was a slip.
  if (text === '' || !freeText || (options.length > 0 && /^[\d,\s]+$/.test(text))) return undefined
  return { decision: 'reply', value: text }
}
