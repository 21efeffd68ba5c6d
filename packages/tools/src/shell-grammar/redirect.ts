/** What a redirection touches. */
import type { RedirectOperator } from 'unbash'
import type { Directories, Findings } from './findings.ts'
import { pathOf, type ShellWord } from './shell-word.ts'

/** Not files, but what the shell has open or throws away. */
const STREAMS = /^\/dev\/(?:null|zero|full|stdin|stdout|stderr|tty|fd\/\d+)$/
const NETWORK = /^\/dev\/(?:tcp|udp)\//

type Place = { readonly findings: Findings; readonly directories: Directories }

export function redirect(operator: RedirectOperator, target: ShellWord, { findings, directories }: Place): void {
  const { prefix } = target
  const value = pathOf(target)
  const duplicates = operator === '<&' || operator === '>&'
  if (duplicates && value !== undefined && /^(?:\d+-?|-)$/.test(value)) return
  if (value === undefined) {
    // A process substitution is judged by the commands in it.
    if (prefix === '/dev/fd/') return
    if (operator === '<' && !'/dev'.startsWith(prefix) && !prefix.startsWith('/dev'))
      findings.touched.push({ kind: 'read', path: undefined, from: directories })
    else findings.undecided.add('what it redirects to is only known when it runs')
    return
  }
  if (STREAMS.test(value)) return
  if (NETWORK.test(value)) {
    const [, , , host = '', port = ''] = value.split('/')
    findings.hosts.push(`${host}:${port}`)
    findings.undecided.add('it talks to another machine through a redirection')
    return
  }
  if (operator === '<' || operator === '<&') findings.touched.push({ kind: 'read', path: value, from: directories })
  else findings.touched.push({ kind: 'write', path: value, from: directories })
}
