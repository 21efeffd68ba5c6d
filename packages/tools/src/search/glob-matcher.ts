/** Compiles a glob to a test of paths. */
import picomatch from 'picomatch'
import { fault } from '../workspace/fault.ts'

/** `pattern` counts from the directory `from`; without a `/` it matches names at any depth. Hidden files match too. */
export function globMatcher(pattern: string, from: string): (path: string) => boolean {
  if (pattern.includes('\0')) throw fault('invalid_input', `The glob ${JSON.stringify(pattern)} has a NUL byte: no file has such a name`)
  const relative = pattern.replace(/^(?:\.?\/)+/, '')
  const matches = picomatch(relative.includes('/') ? relative : `**/${relative}`, { dot: true, nonegate: true, flags: 's' })
  const prefix = from === '.' ? '' : `${from}/`
  return (path) => matches(path.startsWith(prefix) ? path.slice(prefix.length) : path)
}
