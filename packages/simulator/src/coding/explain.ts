/** Answers questions about a folder from what was read in it, and about one file from its text. */
import type { Conversation } from '../model/conversation.ts'
import type { Block } from '../model/turn.ts'
import { callTool, reasoning, text } from '../scenario/blocks.ts'
import type { Notebook } from './notebook.ts'
import { functionsOf } from './source.ts'
import { whoIAm } from './words.ts'

/** Source files that are read for one answer. */
const mostFiles = 8
const mostAgents = 8
const sources = '**/*.{js,mjs,cjs,ts,mts,cts}'
const isTest = (path: string): boolean => /(?:^|\/)tests?\/|\.(?:test|spec)\./.test(path)

/** A question about what is there, which is answered and not acted upon. */
export const isQuestion = (prompt: string): boolean =>
  /^\s*(?:what|how|where|which|who|explain|describe)\b/i.test(prompt) && !/\b(?:fix|repair|debug)\b/i.test(prompt)

const fileTask = /^Read (\S+) and say what it does/

/** A task of the fan-out, which needs no look around. */
export const isOneFile = (prompt: string): boolean => fileTask.test(prompt)

const counts = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']

/** How many agents a prompt wants to work at once: "five agents"; 0 for none. */
function wantedAgents(prompt: string): number {
  const [, word = ''] = /\b(\w+) agents\b/i.exec(prompt) ?? []
  const count = /^\d+$/.test(word) ? Number(word) : counts.indexOf(word.toLowerCase())
  return Math.min(Math.max(count, 0), mostAgents)
}

const listed = (conversation: Conversation): readonly string[] =>
  (conversation.callsSincePrompt.findLast(({ name }) => name === 'glob')?.result?.text ?? '')
    .split('\n')
    .filter((line) => /\.[cm]?[jt]s$/.test(line))
    // What a test checks says less than what it checks it on.
    .toSorted((a, b) => Number(isTest(a)) - Number(isTest(b)))

/** The next step of an answer, or `undefined` when the prompt is no question, or asks what the tools cannot tell. */
export function explainStep(conversation: Conversation, notebook: Notebook): readonly Block[] | undefined {
  const file = fileTask.exec(conversation.prompt)?.[1]
  if (file !== undefined) return explainFile(conversation, notebook, file)
  const agents = conversation.offers('task') ? wantedAgents(conversation.prompt) : 0
  if (agents === 0 && !isQuestion(conversation.prompt)) return undefined
  if (!conversation.offers('glob') || !conversation.offers('read')) return undefined
  if (!notebook.tools.has('glob')) return [text('Which files of code are there?'), callTool('glob', { pattern: sources })]
  const files = listed(conversation)
  if (agents > 0) return fanOut(conversation, files.slice(0, agents))
  const unread = files.filter((path) => !isTest(path) && !notebook.files.has(path)).slice(0, mostFiles)
  if (unread.length > 0 && !files.some((path) => notebook.files.has(path)))
    return [text('Now the code itself.'), ...unread.map((path) => callTool('read', { file_path: path }))]
  return [text(folderAnswer(notebook, files))]
}

function fanOut(conversation: Conversation, files: readonly string[]): readonly Block[] | undefined {
  const done = conversation.callsSincePrompt.find(({ name }) => name === 'task')
  if (files.length === 0) return undefined
  if (done === undefined) {
    // Who there is stands in the words about the tool.
    const agent = conversation.tools.find(({ name }) => name === 'task')?.description.includes('explore') === true ? 'explore' : 'default'
    const tasks = files.map((path) => ({
      agent,
      description: `Read ${path}`,
      prompt: `Read ${path} and say what it does, in two sentences.`,
    }))
    return [
      reasoning('Each file can be read on its own, so nobody has to wait for another.'),
      text(
        `I give ${files.length === 1 ? 'one file to an agent' : `${files.length} files to ${files.length} agents, who work at the same time`}.`,
      ),
      callTool('task', { tasks }),
    ]
  }
  const told = done.result?.text ?? ''
  const said = told.split('\n').filter((line) => line.startsWith('`'))
  const lines = said.length === 0 ? told : said.map((line) => `- ${line}`).join('\n')
  return [text(`${files.length} agents have read ${files.length} files:\n\n${lines}\n\n${whoIAm}`)]
}

function explainFile({ offers }: Conversation, notebook: Notebook, path: string): readonly Block[] {
  const source = notebook.files.get(path)
  if (source !== undefined) return [text(fileAnswer(path, source))]
  return offers('read') ? [callTool('read', { file_path: path })] : [text(`I cannot read ${path} without a tool for it.`)]
}

const named = (source: string): readonly string[] => [...new Set(functionsOf(source).map(({ name }) => `\`${name}\``))]

/** The first sentence of the first comment. */
const purpose = (source: string): string => {
  const [, comment = ''] = /\/\*\*?([\s\S]*?)\*\//.exec(source) ?? []
  const words =
    comment
      .replace(/^\s*\*\s?/gm, '')
      .split('@')[0]
      ?.replace(/\s+/g, ' ')
      .trim() ?? ''
  return /^.*?[.!?](?=\s|$)/.exec(words)?.[0] ?? words
}

function fileAnswer(path: string, source: string): string {
  const lines = source.split('\n').filter((line) => line.trim() !== '').length
  const functions = named(source)
  const what = purpose(source)
  const holds =
    functions.length === 0 ? `has ${lines} lines and no function of its own` : `defines ${functions.join(', ')} in ${lines} lines`
  return `\`${path}\` ${holds}.${what === '' ? '' : ` Its first comment says: “${what}”`}`
}

function folderAnswer(notebook: Notebook, files: readonly string[]): string {
  const readme = [...notebook.files].find(([path]) => /^readme/i.test(path))?.[1] ?? ''
  const [, title = ''] = /^#\s+(.+)$/m.exec(readme) ?? []
  const about = readme
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .find((part) => part !== '' && !/^[#`|<!-]/.test(part))
  const head = `${title === '' ? 'This folder' : `**${title}**`}${about === undefined ? ` holds ${notebook.listing.join(', ')}.` : `: ${about.replace(/\s+/g, ' ')}`}`
  const rows = files.flatMap((path) => {
    const source = notebook.files.get(path)
    return source === undefined ? [] : [`| \`${path}\` | ${named(source).join(', ') || 'passes on what others define'} |`]
  })
  const table = rows.length === 0 ? [] : ['', '| file | defines |', '|---|---|', ...rows]
  return [head, ...table, '', testsAnswer(notebook, files), '', whoIAm].join('\n')
}

function testsAnswer(notebook: Notebook, files: readonly string[]): string {
  const tests = files.filter(isTest).map((path) => `\`${path}\``)
  const [, command = ''] = /"test"\s*:\s*"([^"]+)"/.exec(notebook.files.get('package.json') ?? '') ?? []
  if (command === '')
    return tests.length === 0 ? 'I found no tests.' : `The tests are ${tests.join(', ')}; no script of a package.json runs them.`
  return `Its tests are run with \`npm test\`, which is \`${command}\`${tests.length === 0 ? '' : `: ${tests.join(', ')}`}.`
}
