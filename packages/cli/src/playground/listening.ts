/** Takes the port that a playground answers at, or says who has it and what to do instead. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AgentError, toMessage } from '@seamfold/core/kit'
import { withoutToken } from './guard.ts'
import { isRefusedByBrowsers } from './refused-ports.ts'

export const loopback = '127.0.0.1'

/** Milliseconds that whoever has the port gets to say who it is. */
const askMs = 1_000

const choose = 'choose one with --port, or 0 for any free one.'

/** The port that was taken. Throws `invalid_argument` for one that cannot be had, or that no browser opens. */
export async function listen(server: Server, port: number): Promise<number> {
  if (isRefusedByBrowsers(port)) {
    const words = `No browser opens a page at port ${port}: it is kept for something else. Choose another one with --port, or 0 for any free one.`
    throw new AgentError('invalid_argument', words)
  }
  server.listen(port, loopback)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const way = await wayOut(cause, port)
    throw new AgentError('invalid_argument', `The playground cannot listen on ${loopback}:${port}. ${way}`, { cause })
  }
  return (server.address() as AddressInfo).port
}

async function wayOut(error: unknown, port: number): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EACCES') return `This user may not use that port: ${choose}`
  if (code !== 'EADDRINUSE') return toMessage(error)
  if (!(await isPlayground(port))) return `Another program uses that port: ${choose}`
  return (
    `A playground runs there already: open http://${loopback}:${port}/ in the browser that it was opened in before, ` +
    `or else the address with its token, which stands where it was started. For a second one choose a port with --port, or 0 for any free one.`
  )
}

/** Whether who answers there asks for its token as we do. */
async function isPlayground(port: number): Promise<boolean> {
  try {
    const reply = await fetch(`http://${loopback}:${port}/api/about`, { signal: AbortSignal.timeout(askMs), redirect: 'error' })
    return reply.status === 401 && (await reply.text()).includes(withoutToken)
  } catch {
    // It speaks no HTTP, or not in time.
    return false
  }
}
