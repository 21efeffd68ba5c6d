/** Chat Completions chunks, written short. */
import { clientReading, sse } from './reading.ts'

export const chunk = (delta: object, finish: string | null = null): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'test-model-0613',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
export const usage = (counts: object): object => ({ id: 'chatcmpl-1', choices: [], usage: counts })
export const call = (more: object, args?: string, name?: string): object => ({
  ...more,
  function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
})
export const calls = (...pieces: object[]): object => chunk({ tool_calls: pieces })
export const reading = (...data: (object | string)[]): ReturnType<typeof clientReading> => clientReading([sse(...data)])
