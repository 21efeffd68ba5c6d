/** Speaks HTTP word by word: browsers and `fetch` would not let a test forge a host or an origin. */
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'

export type RawReply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly text: string }

export type RawRequest = {
  readonly port: number
  readonly path: string
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | readonly string[]
}

/** A body that is a list is sent in chunks, without saying before how long it is. */
export function ask({ port, path, method = 'GET', headers = {}, body }: RawRequest): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    for (const chunk of typeof body === 'string' ? [] : (body ?? [])) sent.write(chunk)
    sent.end(typeof body === 'string' ? body : undefined)
  })
}
