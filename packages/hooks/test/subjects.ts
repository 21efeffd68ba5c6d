/** The adapters of this package over real processes and real sockets, as the suite wants them. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { hooks } from '@seamfold/core'
import { type HookDecision, type HookEvent, hookNames } from '@seamfold/core/kit'
import type { Candidate, HookHandler, HookSubject } from '@seamfold/core/testing'
import { combineHooks, commandHooks, httpHooks } from '../src/index.ts'
import { listenForLines, scriptPath } from './lines.ts'

interface Closable extends HookSubject {
  close(): Promise<void>
}

/** What the handler says to an event, with a signal that fires when whoever asked has gone. */
async function answer(handler: HookHandler, event: string, onGone: (gone: () => void) => void): Promise<HookDecision | undefined> {
  const control = new AbortController()
  onGone(() => control.abort(new Error('whoever asked has gone')))
  return handler(JSON.parse(event) as HookEvent, { signal: control.signal })
}

function commandSubject(): Closable {
  const closers: (() => Promise<void>)[] = []
  return {
    async through(handler) {
      const lines = await listenForLines((line, socket) => {
        const replies = answer(handler, line, (gone) => socket.once('close', gone)).then(
          (decision) =>
            decision?.decision === 'block'
              ? { output: '', code: 2, complaint: decision.reason }
              : { output: decision === undefined ? '' : JSON.stringify(decision), code: 0, complaint: '' },
          (error: unknown) => ({ output: '', code: 1, complaint: String(error) }),
        )
        void replies.then((reply) => socket.end(JSON.stringify(reply)))
      })
      closers.push(lines.close)
      return commandHooks({ command: [process.execPath, scriptPath('./far-side.mjs'), lines.path] })
    },
    close: async () => void (await Promise.all(closers.map((close) => close()))),
  }
}

function httpSubject(): Closable {
  const closers: (() => Promise<void>)[] = []
  return {
    async through(handler) {
      const server = createServer((request, response) => {
        void text(request)
          .then((body) => answer(handler, body, (gone) => response.once('close', gone)))
          .then(
            (decision) => response.writeHead(decision === undefined ? 204 : 200).end(decision && JSON.stringify(decision)),
            (error: unknown) => response.writeHead(500).end(String(error)),
          )
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      closers.push(async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      })
      return httpHooks({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`, secret: 'shared' })
    },
    close: async () => void (await Promise.all(closers.map((close) => close()))),
  }
}

const inProcess = (handler: HookHandler) => hooks(Object.fromEntries(hookNames.map((name) => [name, handler])))

export const commandCandidate: Candidate<HookSubject> = {
  name: 'commandHooks',
  create: commandSubject,
  destroy: (subject) => (subject as Closable).close(),
}

export const httpCandidate: Candidate<HookSubject> = {
  name: 'httpHooks',
  create: httpSubject,
  destroy: (subject) => (subject as Closable).close(),
}

/** Among hooks that have nothing to say, and one that is never asked. */
export const combinedCandidate: Candidate<HookSubject> = {
  name: 'combineHooks',
  create: () => ({
    through: async (handler) =>
      combineHooks([
        inProcess(async () => undefined),
        { hooks: inProcess(() => Promise.reject(new Error('asked about another agent'))), agent: 'nobody', priority: 1 },
        { hooks: inProcess(handler), priority: 5 },
      ]),
  }),
}
