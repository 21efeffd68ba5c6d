/** `seamfold sessions tree`: which session was forked from which. */
import { type SessionLink, sessionTree } from '@seamfold/core'
import { ago } from '../render/measure.ts'
import { visibleLine } from '../render/text.ts'
import type { SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'
import { shortId } from './find-session.ts'
import { sessionsByUse } from './last-used.ts'
import { withJournal } from './with-journal.ts'

export type TreeOptions = SharedOptions & { readonly json?: boolean }

export function treeCommand(options: TreeOptions, terminal: Terminal): Promise<number> {
  return withJournal(options, terminal, async ({ journal, places }) => {
    const links: SessionLink[] = []
    for await (const link of sessionTree(journal.store)) links.push(link)
    if (options.json === true) for (const link of links) terminal.print(`${JSON.stringify(link)}\n`)
    else if (links.length === 0) terminal.print(`There are no sessions in ${places.storePath} yet.\n`)
    else {
      const used = new Map((await sessionsByUse(journal)).map(({ id, at }) => [id, at]))
      terminal.print(`${treeLines(links, used, terminal).join('\n')}\n`)
    }
    return EXIT.completed
  })
}

/** Roots in their order, each with its forks below it. */
function treeLines(links: readonly SessionLink[], used: ReadonlyMap<string, number>, terminal: Terminal): readonly string[] {
  const { colors, signs } = terminal.style()
  const known = new Set(links.map(({ id }) => id))
  const unicode = signs.rule !== '-'
  const [branch, corner, line] = unicode ? ['├─ ', '└─ ', '│  '] : ['|- ', '`- ', '|  ']
  const say = ({ id, parent, deleted }: SessionLink): string => {
    const at = used.get(id) ?? 0
    const notes = [
      ...(parent === undefined ? [] : [`from ${parent.cursor}`]),
      ...(deleted ? ['deleted, kept for its forks'] : at === 0 ? [] : [ago(at, terminal.now())]),
    ]
    return `${deleted ? colors.dim(shortId(id)) : colors.bold(visibleLine(shortId(id)))}  ${colors.dim(notes.join(', '))}`.trimEnd()
  }
  const below = (id: string, lead: string): readonly string[] => {
    const forks = links.filter(({ parent }) => parent?.id === id)
    return forks.flatMap((fork, index) => {
      const last = index === forks.length - 1
      return [`${lead}${last ? corner : branch}${say(fork)}`, ...below(fork.id, lead + (last ? '   ' : line))]
    })
  }
  const roots = links.filter(({ parent }) => parent === undefined || !known.has(parent.id))
  return roots.flatMap((root) => [say(root), ...below(root.id, '')])
}
