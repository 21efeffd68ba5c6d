/** Reads the definition of one agent from its file: YAML, or Markdown with YAML in front of its prompt. */
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { type AgentDefinition, policy } from '@seamfold/core'
import { AgentError, type JsonSchema, toMessage } from '@seamfold/core/kit'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
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
  const { data, body, at } = parse(file, text)
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw wrong(file, 'it says nothing of an agent: give it a description')
  const unknown = Object.keys(data).find((key) => !KEYS.includes(key))
  if (unknown !== undefined && !tolerant) throw wrong(at([unknown]), `it has the unknown key '${unknown}'. ${suggestion(unknown, KEYS)}`)
  const checked = checkAgentFile(data)
  if ('length' in checked) throw wrong(at(checked[0]?.path ?? []), checked.map(({ words }) => words).join('; '))
  return toDefinition(file, checked, { body, tolerant })
}

type Parsed = {
  readonly data: unknown
  readonly body: string
  /** The file, with the line of what stands there. */
  at(path: readonly PropertyKey[]): string
}

function parse(file: string, text: string): Parsed {
  if (extname(file) !== '.md') return { ...parseYaml(file, text, 1), body: '' }
  const found = frontmatterOf(text)
  if (found === undefined) throw wrong(file, 'it must begin with its name and description in YAML, between two lines of ---')
  return { ...parseYaml(file, found.yaml, found.line), body: found.body }
}

function parseYaml(file: string, text: string, firstLine: number): Pick<Parsed, 'data' | 'at'> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number | undefined): string =>
    offset === undefined ? file : `${file}:${lines.linePos(offset).line + firstLine - 1}`
  const [error] = document.errors
  if (error !== undefined) throw wrong(place(error.pos[0]), `it is not valid YAML: ${error.message}`)
  return { data: valueOf(file, document), at: (path) => place(offsetOf(document, path)) }
}

/** Where the key stands, or the item; of what is not there, the next thing around it that is. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  if (path.length === 0) return undefined
  const [around, last] = [path.slice(0, -1), path.at(-1)]
  const holder = around.length === 0 ? document.contents : document.getIn(around, true)
  const key = isMap(holder) ? holder.items.find(({ key: each }) => isScalar(each) && each.value === last)?.key : undefined
  const node = key ?? document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : offsetOf(document, around)
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
