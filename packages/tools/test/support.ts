/** What the tests of the tools share: a temporary workspace, and calling a tool as the runtime would. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Json, resultText, type Tool, type ToolContext, type ToolResult, toToolResult } from '@seamfold/core/kit'
import { onTestFinished } from 'vitest'

/** A directory of its own, removed when the test has finished. */
export function temporaryDirectory(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'seamfold-tools-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  fill(root, files)
  return root
}

export function fill(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

export type CallOptions = Partial<Pick<ToolContext, 'signal' | 'progress' | 'invoke' | 'permits'>>

/** Parse, then execute. Throws when the input does not parse. */
export async function call(tool: Tool, input: Json, options: CallOptions = {}): Promise<ToolResult> {
  const context: ToolContext = {
    callId: 'call',
    idempotencyKey: 'key',
    fence: 1,
    signal: options.signal ?? new AbortController().signal,
    progress: options.progress ?? (() => undefined),
    invoke: options.invoke ?? (() => Promise.reject(new Error('no other tools here'))),
    permits: options.permits ?? (() => true),
    session: { id: 'session', metadata: {} },
  }
  return toToolResult(await tool.execute(await parsed(tool, input), context))
}

export async function parsed(tool: Tool, input: Json): Promise<Json> {
  const result = await tool.parse(input)
  if (!result.ok) throw new Error(result.problems.join('; '))
  return result.value
}

export const textOf = (result: ToolResult): string => resultText(result.content)

export const named = (tools: readonly Tool[], name: string): Tool => {
  const found = tools.find(({ definition }) => definition.name === name)
  if (found === undefined) throw new Error(`no tool named ${name}`)
  return found
}
