/** A minimal agent over the official clients: real tools on a real folder, for scenarios that want them. */
import { execFile } from 'node:child_process'
import { globSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { anthropicClient, openAiClient } from './clients.ts'
import type { Simulator } from '../src/index.ts'

type Input = Readonly<Record<string, string>>
type Result = { readonly text: string; readonly isError: boolean }

const fine = (text: string): Result => ({ text, isError: false })

const bash = (folder: string, command: string): Promise<Result> =>
  new Promise((settle) => {
    const { NODE_TEST_CONTEXT: _own, VITEST: _runner, ...environment } = process.env
    execFile('bash', ['-c', command], { cwd: folder, env: environment }, (error, stdout, stderr) =>
      settle({ text: stdout + stderr + (error === null ? '' : `\n[exit code ${String(error.code)}]`), isError: error !== null }),
    )
  })

export async function runTool(folder: string, name: string, input: Input): Promise<Result> {
  const path = resolve(folder, input['file_path'] ?? input['path'] ?? '.')
  switch (name) {
    case 'ls':
      return fine(
        readdirSync(path, { withFileTypes: true })
          .map((entry) => (entry.isDirectory() ? `${entry.name}/` : `${entry.name}  12`))
          .join('\n'),
      )
    case 'glob':
      return fine(globSync(input['pattern'] ?? '', { cwd: folder }).join('\n'))
    case 'read': {
      const text = await readFile(path, 'utf8').catch(() => undefined)
      if (text === undefined) return { text: `${path} does not exist`, isError: true }
      return fine(
        text
          .replace(/\n$/, '')
          .split('\n')
          .map((line, index) => `${String(index + 1).padStart(6)}\t${line}\n`)
          .join(''),
      )
    }
    case 'edit': {
      const text = await readFile(path, 'utf8')
      const old = input['old_string'] ?? ''
      if (text.split(old).length !== 2) return { text: `old_string occurs ${text.split(old).length - 1} times`, isError: true }
      await writeFile(
        path,
        text.replace(old, () => input['new_string'] ?? ''),
      )
      return fine('1 replacement')
    }
    default:
      return bash(folder, input['command'] ?? '')
  }
}

const fields: Readonly<Record<string, readonly string[]>> = {
  ls: ['path'],
  read: ['file_path'],
  glob: ['pattern'],
  bash: ['command'],
  edit: ['file_path', 'old_string', 'new_string'],
}

const schemaOf = (names: readonly string[]) => ({
  type: 'object' as const,
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: [...names],
})

export type Run = { readonly answer: string; readonly said: readonly string[]; readonly calls: readonly string[] }

type Options = { readonly folder: string; readonly prompt: string; readonly intercept?: (name: string) => Result | undefined }

/** Runs until the model answers without calling a tool; at most 60 turns. */
export async function runAnthropic(simulator: Simulator, { folder, prompt, intercept }: Options): Promise<Run> {
  const client = anthropicClient(simulator)
  const tools = Object.entries(fields).map(([name, names]) => ({ name, input_schema: schemaOf(names) })) satisfies Anthropic.Tool[]
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: prompt }]
  const said: string[] = []
  const calls: string[] = []
  for (let turn = 0; turn < 60; turn += 1) {
    const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
    const message = await client.messages.stream({ model: 'claude-haiku-4-5', max_tokens: 4096, thinking, tools, messages }).finalMessage()
    said.push(message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''))
    const uses = message.content.filter((block) => block.type === 'tool_use')
    if (uses.length === 0) return { answer: said.at(-1) ?? '', said, calls }
    messages.push({ role: 'assistant', content: message.content })
    const results: Anthropic.ToolResultBlockParam[] = []
    for (const use of uses) {
      calls.push(`${use.name} ${JSON.stringify(use.input)}`)
      const { text, isError } = intercept?.(use.name) ?? (await runTool(folder, use.name, use.input as Input))
      results.push({ type: 'tool_result', tool_use_id: use.id, content: text, is_error: isError })
    }
    messages.push({ role: 'user', content: results })
  }
  throw new Error('the scenario did not come to an end')
}

/** The same over Chat Completions. */
export async function runChat(simulator: Simulator, { folder, prompt }: Options): Promise<Run> {
  const client = openAiClient(simulator)
  const tools = Object.entries(fields).map(([name, names]) => ({
    type: 'function' as const,
    function: { name, parameters: schemaOf(names) },
  }))
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: prompt }]
  const said: string[] = []
  const calls: string[] = []
  for (let turn = 0; turn < 60; turn += 1) {
    const completion = await client.chat.completions.create({ model: 'gpt-5', tools, messages })
    const { content, tool_calls: made = [] } = completion.choices[0]!.message
    said.push(content ?? '')
    if (made.length === 0) return { answer: content ?? '', said, calls }
    messages.push({ role: 'assistant', content, tool_calls: made })
    for (const call of made) {
      if (call.type !== 'function') continue
      calls.push(`${call.function.name} ${call.function.arguments}`)
      const { text } = await runTool(folder, call.function.name, JSON.parse(call.function.arguments) as Input)
      messages.push({ role: 'tool', tool_call_id: call.id, content: text })
    }
  }
  throw new Error('the scenario did not come to an end')
}
