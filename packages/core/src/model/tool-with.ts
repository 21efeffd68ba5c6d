/** The same tool with another way to do its work, whoever wrote it: plain objects and instances of classes alike. */
import type { Tool } from './tool.ts'

const METHODS = ['parse', 'access', 'effect', 'untrusted', 'witness', 'probe'] as const

export function toolWith(tool: Tool, execute: Tool['execute']): Tool {
  if (Object.getPrototypeOf(tool) === Object.prototype) return { ...tool, execute }
  const { definition, timeoutMs, secrets, sandbox, asksWhenUnknown } = tool
  const methods = METHODS.flatMap((name) => (tool[name] === undefined ? [] : [[name, tool[name].bind(tool)]]))
  const said = Object.entries({ definition, timeoutMs, secrets, sandbox, asksWhenUnknown }).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries([...said, ...methods]), execute } as Tool // each of its names is here
}
