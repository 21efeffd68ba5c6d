/** A playground with a model that says what it is told, its built pages, and a browser page that looks at it. */
import { existsSync } from 'node:fs'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type AgentOptions, createAgent, memoryStore, tool, type Tool } from '@seamfold/core'
import { setTimeout } from 'node:timers/promises'
import type { AgentExecutor, LlmClient, SessionStore } from '@seamfold/core/kit'
import { scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import type { Browser, Page } from 'playwright-core'
import { servePlayground } from '../../../packages/cli/src/playground/serve.ts'
import type { Playground, PlaygroundAbout, PlaygroundLives } from '../../../packages/cli/src/playground/types.ts'

const pages = fileURLToPath(new URL('../dist', import.meta.url))

export type Stage = AsyncDisposable & {
  readonly playground: Playground
  /** A page of its own, opened at the address with the token. What it complains about is collected. */
  open(): Promise<Page>
  readonly complaints: readonly string[]
  readonly store: SessionStore
  /** Runs steps with the agent of the stage. */
  readonly executor: AgentExecutor
  /** Asks a route as the page does. */
  ask(path: string, body: unknown): Promise<unknown>
  /** Has a session's agent asked and answered so many times. */
  fill(id: string, count: number): Promise<void>
  /** Breaks every connection to the playground, as a network would. */
  cutConnections(): void
}

export type StageOptions = {
  readonly browser: Browser
  readonly script: readonly ScriptedReply[]
  readonly tools?: readonly Tool[]
  /** What else its agent is made of. */
  readonly options?: (store: SessionStore) => Partial<AgentOptions>
  /** Of the page. */
  readonly about?: Partial<PlaygroundAbout>
  readonly lives?: PlaygroundLives
  /** Milliseconds between two pieces of what the model says. Default: none. */ readonly paceMs?: number
}

const paced = (llm: LlmClient, paceMs: number): LlmClient => ({
  ...llm,
  async *stream(request, options) {
    for await (const batch of llm.stream(request, options)) {
      yield batch
      await setTimeout(paceMs)
    }
  },
})

export async function stage({ browser, script, tools = [], options, about: told, lives, paceMs }: StageOptions): Promise<Stage> {
  if (!existsSync(pages)) throw new Error('The pages of the playground are not built: run the build first')
  const store = memoryStore()
  const scripted = scriptedLlm(script)
  const llm = paceMs === undefined ? scripted : paced(scripted, paceMs)
  const agent = createAgent({ llm, tools, store, unanswered: 'suspend', ...options?.(store) })
  const about = { model: 'scripted', simulated: true, examples: [{ title: 'Try this', prompt: 'Do the example.' }], ...told }
  const sockets = new Set<Socket>()
  const remember = (message: unknown): void => void sockets.add((message as { socket: Socket }).socket)
  subscribe('net.server.socket', remember)
  const playground = await servePlayground({
    port: 0,
    pages,
    open: () => ({ agent, store, about, tools: tools.map(({ definition }) => definition), ...(lives === undefined ? {} : { lives }) }),
  })
  const context = await browser.newContext({ viewport: { width: 1300, height: 850 } })
  const complaints: string[] = []
  return {
    playground,
    complaints,
    store,
    executor: agent.executor(),
    async ask(path, body) {
      const headers = { authorization: `Bearer ${playground.token}`, 'content-type': 'application/json' }
      return (await fetch(playground.origin + path, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    },
    async fill(id, count) {
      const session = await agent.session({ id })
      for (let index = 0; index < count; index += 1) await (await session.send(`Question ${index}`)).completed()
    },
    cutConnections() {
      for (const socket of sockets) if (socket.localPort === playground.port) socket.destroy()
    },
    async open() {
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('console', (said) => {
        if (said.type() === 'error') complaints.push(said.text())
      })
      await page.goto(playground.url)
      return page
    },
    async [Symbol.asyncDispose]() {
      unsubscribe('net.server.socket', remember)
      await context.close()
      await playground.close()
    },
  }
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /Prompt|Say something/ }).fill(text)
  await page.keyboard.press('Enter')
}

/** What a person sees of the conversation, without what somebody folded or unfolded. */
export const picture = (page: Page): Promise<readonly string[]> =>
  page.locator('.said-text, .markdown, .tool-head, .outcome, .reasoning-toggle').allInnerTexts()

/** A tool that waits until the test lets it go. */
export function gatedTool(name: string): {
  readonly tool: Tool
  readonly begun: Promise<void>
  readonly release: (result: string) => void
  say: (text: string) => void
} {
  const begun = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<string>()
  let progress: (text: string) => void = () => undefined
  const made = tool({
    name,
    description: 'Waits until it is let go.',
    readOnly: true,
    execute: (_, context) => {
      progress = (text) => context.progress(text)
      begun.resolve()
      context.signal.addEventListener('abort', () => gate.reject(new Error('stopped')), { once: true })
      return gate.promise
    },
  })
  return { tool: made, begun: begun.promise, release: gate.resolve, say: (text) => progress(text) }
}
