/** What a redirection touches. */
import type { Redirect } from 'unbash'
import type { Directories, Findings } from './findings.ts'
import { pathOf, type ShellWord } from './shell-word.ts'

/** Not files, but what the shell has open or throws away. */
const STREAMS = /^\/dev\/(?:null|zero|full|stdout|stderr|tty|fd\/[12])$/
/** To read from these goes on with what is open; to write to them opens that file anew. */
const OPENED = /^\/dev\/(?:stdin|fd\/\d+)$/
const NETWORK = /^\/dev\/(?:tcp|udp)\//

type Place = { readonly findings: Findings; readonly directories: Directories }

export function redirect({ operator, descriptor }: Redirect, target: ShellWord, { findings, directories }: Place): void {
  const { prefix } = target
  const value = pathOf(target)
  const reads = operator === '<' || operator === '<&'
  const duplicates = operator === '<&' || operator === '>&'
  if (turnsOutput({ operator, descriptor }, value))
    findings.undecided.add('where /dev/stdout and /dev/stderr lead is only known when it runs')
  if (duplicates && value !== undefined && /^(?:\d+-?|-)$/.test(value)) return
  if (value === undefined) {
    // A process substitution is judged by the commands in it.
    if (prefix === '/dev/fd/' && /^[<>]\(/.test(target.text)) return
    if (operator === '<' && !'/dev'.startsWith(prefix) && !prefix.startsWith('/dev'))
      findings.touched.push({ kind: 'read', path: undefined, from: directories })
    else findings.undecided.add('what it redirects to is only known when it runs')
    return
  }
  if (STREAMS.test(value) || (reads && OPENED.test(value))) return
  if (NETWORK.test(value)) {
    const [, , , host = '', port = ''] = value.split('/')
    findings.hosts.push(`${host}:${port}`)
    findings.undecided.add('it talks to another machine through a redirection')
    return
  }
  for (const kind of operator === '<>' ? (['read', 'write'] as const) : [reads ? ('read' as const) : ('write' as const)])
    findings.touched.push({ kind, path: value, from: directories })
}

/** Whether an output may come to be what was opened to be read: whoever writes to it by its name then writes that file. */
function turnsOutput({ operator, descriptor }: Pick<Redirect, 'operator' | 'descriptor'>, value: string | undefined): boolean {
  const stream = descriptor?.type === 'FileDescriptor' ? descriptor.value : operator.startsWith('<') ? 0 : 1
  if (stream !== 1 && stream !== 2) return false
  if (operator === '<' || operator === '<>') return true
  return operator === '<&' ? value !== '-' : operator === '>&' && (value === undefined || /^(?:0|[3-9]|\d\d+)-?$/.test(value))
}
