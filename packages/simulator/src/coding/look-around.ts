/** The steps that come before any other: what is in the workspace, and what it says of itself. */
import type { Conversation } from '../model/conversation.ts'
import type { Block } from '../model/turn.ts'
import { callTool, reasoning, text } from '../scenario/blocks.ts'
import type { Notebook } from './notebook.ts'
import * as say from './words.ts'

const introductions = ['README.md', 'readme.md', 'README', 'package.json']

/** The next look, or `undefined` when there is nothing more to look at. */
export function lookStep(conversation: Conversation, notebook: Notebook, withTests: boolean): readonly Block[] | undefined {
  if (conversation.offers('ls') && !notebook.tools.has('ls'))
    return [reasoning('A new workspace. First I look at what is here.'), text('I will look around first.'), callTool('ls', { path: '.' })]
  if (!conversation.offers('read')) return undefined
  const known = notebook.listing.map((name) => name.replace(/\/$/, ''))
  const pages = introductions.filter((name) => known.includes(name) && !notebook.files.has(name))
  if (pages.length === 0) return undefined
  const tests =
    withTests && conversation.offers('glob') && !notebook.tools.has('glob') ? [callTool('glob', { pattern: '**/*.test.*' })] : []
  return [
    reasoning('The README and package.json should say what this is and how it is tested.'),
    text(withTests ? 'Let me see what the project is and where its tests are.' : 'Let me see what the project says about itself.'),
    ...pages.map((name) => callTool('read', { file_path: name })),
    ...tests,
  ]
}

const firstParagraph = (markdown: string): string =>
  markdown
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .find((part) => part !== '' && !/^[#`|<!-]/.test(part)) ?? ''

const title = (markdown: string): string => /^#\s+(.+)$/m.exec(markdown)?.[1] ?? ''

/** The answer to a task that a script cannot do. */
export function politeAnswer(conversation: Conversation, notebook: Notebook): string {
  const readme = [...notebook.files].find(([path]) => /^readme/i.test(path))?.[1] ?? ''
  const names = notebook.listing.slice(0, 8).join(', ')
  const seen =
    names === ''
      ? ''
      : ` I looked around: there ${notebook.listing.length === 1 ? 'is' : 'are'} ${names}${notebook.listing.length > 8 ? ' and more' : ''}.`
  const about =
    readme === ''
      ? ''
      : ` The README${title(readme) === '' ? '' : ` of ${title(readme)}`} says: “${firstParagraph(readme).replace(/\s+/g, ' ').slice(0, 200)}”`
  const asked = conversation.prompt.replace(/\s+/g, ' ').trim().slice(0, 120)
  return [
    `${say.whoIAm}${asked === '' ? '' : ` So I cannot really do “${asked}”.`}${seen}${about}`,
    'What I can do is find and fix a small bug behind a failing `node --test` suite: ask me to fix the failing test. For anything else set ANTHROPIC_API_KEY or OPENAI_API_KEY, and a real model does the work with the same tools.',
  ].join('\n\n')
}
