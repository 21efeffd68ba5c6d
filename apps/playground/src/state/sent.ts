/** Tells how certain it is that a request is shown as it was sent, and what of it was for that call only. */
import type { Asked } from '../api/types.ts'
import { formatCount } from '../text/format.ts'
import { plural } from './asked.ts'

export type SentWords = { readonly words: string; readonly tone: 'good' | 'bad' | 'plain' }

/** How certain it is that what is shown is what was sent. */
export function sentWords({ how, why, tools }: Asked): SentWords {
  const without = tools === undefined ? ' Its tools are not known here: the agent that is here has others.' : ''
  switch (how) {
    case 'recorded':
      return { words: `This is what was sent: the journal tells all of it.${without}`, tone: without === '' ? 'good' : 'plain' }
    case 'rebuilt':
      return {
        words: 'This is what was sent: something was changed for this call only, and what is rebuilt here has its digest.',
        tone: 'good',
      }
    case 'differs':
      return { words: `What was sent cannot be rebuilt: ${why}.`, tone: 'bad' }
    case 'unrecorded':
      return { words: 'This is what the journal has. What was changed for this call only was not kept when it was made.', tone: 'plain' }
  }
}

/** What was set or changed for this call only, in words. */
export function onlyHere({ note = {}, hidden, messages, digests }: Asked): readonly { readonly part: string; readonly words: string }[] {
  const { model, maxOutputTokens, toolChoice, output, system, tools, kept } = note
  const choice = typeof toolChoice === 'object' ? `it must call ${toolChoice.name}` : toolChoice
  return [
    ...(model === undefined ? [] : [{ part: 'model', words: `${model}; the run began with ${digests.model}` }]),
    ...(maxOutputTokens === undefined ? [] : [{ part: 'output', words: `at most ${formatCount(maxOutputTokens)} tokens` }]),
    ...(choice === undefined ? [] : [{ part: 'tools', words: `choice: ${choice}` }]),
    ...(hidden === undefined ? [] : [{ part: 'tools', words: `hidden: ${hidden.join(', ')}` }]),
    ...(tools === undefined || hidden !== undefined ? [] : [{ part: 'tools', words: `sent: ${tools.join(', ')}` }]),
    ...(output === undefined ? [] : [{ part: 'schema', words: `the model itself is held to ${output}` }]),
    ...(system === undefined
      ? []
      : [{ part: 'system', words: system === null ? 'another system prompt' : `added behind the system prompt: ${system.trim()}` }]),
    ...(kept === undefined ? [] : [{ part: 'messages', words: messagesOnlyHere(kept, messages.length) }]),
  ]
}

const messagesOnlyHere = (kept: number, count: number): string =>
  count > kept
    ? `${plural(count - kept, 'message')} from number ${kept + 1} on for this call only`
    : `only the first ${plural(kept, 'message')} of the history`
