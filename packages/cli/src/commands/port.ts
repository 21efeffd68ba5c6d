/** Reads ports and addresses that were typed. */
import { AgentError } from '@seamfold/core/kit'

export function portOf(option: string, text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new AgentError('invalid_argument', `${option} is '${text}'. Give a port from 0 to 65535; 0 takes any free one.`)
}

/** `8080`, `127.0.0.1:8080` or `[::1]:8080`. The host is loopback unless it is given. */
export function addressOf(option: string, text: string): { readonly host: string; readonly port: number } {
  const found = /^(?:(\[[^\]]+\]|[^:]+):)?([^:]+)$/.exec(text)
  const host = found?.[1]?.replace(/^\[|\]$/g, '') ?? '127.0.0.1'
  return { host, port: portOf(option, found?.[2] ?? text) }
}
