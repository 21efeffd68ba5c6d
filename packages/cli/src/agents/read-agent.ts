/** Reads the definition of one agent from its file: YAML, or Markdown with YAML in front of its prompt. */
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { type AgentDefinition, policy } from '@seamfold/core'
import { AgentError, type JsonSchema, toMessage } from '@seamfold/core/kit'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { suggestion } from '../config/nearest.ts'
import { type AgentFile, checkAgentFile, KEYS } from './agent-schema.ts'
import { frontmatterOf } from './frontmatter.ts'
import { isCallPattern, toolName } from './tool-names.ts'

export type ReadOptions = {
  /** Keys that are not known are passed over: the file was written for other programs too. Default: false. */
  readonly tolerant?: boolean
}

/** Models that other programs know by these names, and that nobody here can tell. */
const FOREIGN_MODELS: ReadonlySet<string> = new Set(['inherit', 'sonnet', 'opus', 'haiku'])

/** Throws `invalid_argument`, naming the file, the line where that is known, and what is wrong. */
export async function readAgent(file: string, { tolerant = false }: ReadOptions = {}): Promise<AgentDefinition> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw wrong(file, `it cannot be read: ${toMessage(error)}`)
  })
  const { data, body } = parse(file, text)
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw wrong(file, 'it says nothing of an agent: give it a description')
  const unknown = Object.keys(data).find((key) => !KEYS.includes(key))
  if (unknown !== undefined && !tolerant) throw wrong(file, `it has the unknown key '${unknown}'. ${suggestion(unknown, KEYS)}`)
  const checked = checkAgentFile(data)
  if (typeof checked === 'string') throw wrong(file, checked)
  return toDefinition(file, checked, { body, tolerant })
}

type Parsed = { readonly data: unknown; readonly body: string }

function parse(file: string, text: string): Parsed {
  if (extname(file) !== '.md') return { data: parseYaml(file, text, 1), body: '' }
  const found = frontmatterOf(text)
  if (found === undefined) throw wrong(file, 'it must begin with its name and description in YAML, between two lines of ---')
  return { data: parseYaml(file, found.yaml, found.line), body: found.body }
}

function parseYaml(file: string, text: string, firstLine: number): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error === undefined) return valueOf(file, document)
  const { line } = lines.linePos(error.pos[0])
  throw wrong(`${file}:${line + firstLine - 1}`, `it is not valid YAML: ${error.message}`)
}

function valueOf(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw wrong(file, `it cannot be read: ${toMessage(error)}`)
  }
}

function toDefinition(
  file: string,
  data: AgentFile,
  { body, tolerant }: { readonly body: string; readonly tolerant: boolean },
): AgentDefinition {
  const {
    allowedTools,
    tools = allowedTools,
    disallowedTools,
    max_steps,
    maxSteps = max_steps,
    model,
    permissions,
    outputSchema,
    ...rest
  } = data
  const prompt = body === '' ? data.prompt : body
  const pattern = [...(tools ?? []), ...(disallowedTools ?? [])].find(isCallPattern)
  if (pattern !== undefined) throw wrong(file, `'${pattern}' is no name of a tool: say what its calls may do with permissions.rules`)
  const named = model === undefined || (FOREIGN_MODELS.has(model) && (tolerant || model === 'inherit')) ? {} : { model }
  return {
    ...definedOnly({
      extends: rest.extends,
      agents: rest.agents,
      hidden: rest.hidden,
      confirmationInheritance: rest.confirmationInheritance,
    }),
    ...definedOnly({ prompt, maxSteps, tools: tools?.map(toolName), disallowedTools: disallowedTools?.map(toolName) }),
    ...named,
    ...(permissions === undefined ? {} : { permissions: policy(definedOnly(permissions)) }),
    ...(outputSchema === undefined ? {} : { outputSchema: outputSchema as JsonSchema }),
    name: rest.name ?? basename(file, extname(file)),
    description: rest.description,
  }
}

/** Without what was left out. */
const definedOnly = <T extends object>(given: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], undefined>
  }

const wrong = (where: string, what: string): AgentError => new AgentError('invalid_argument', `The agent in ${where}: ${what}`)
