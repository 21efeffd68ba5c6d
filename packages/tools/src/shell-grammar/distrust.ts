/** Where the tree of the grammar is not taken at its word, because bash reads the same text in its own way. */
import type { Command, Statement, Subshell } from 'unbash'

/** How the end of a heredoc is usually written; in other ways shells and grammars differ. */
export const DELIMITER: RegExp = /^(?:[\w.-]+|'[\w. -]+'|"[\w. -]+"|\\[\w.-]+)$/
export const DOUBLE = 'it begins with two brackets that are no computation, which bash reads in its own way'

/** `((a); b)`, which might have been a computation. */
export function isDouble({ pos, body }: Subshell): boolean {
  let first: Statement['command'] | undefined = body.commands[0]?.command
  while (first?.type === 'AndOr' || first?.type === 'Pipeline' || first?.type === 'Redirected') {
    first = first.type === 'Redirected' ? first.command : first.commands[0]
  }
  return first?.type === 'Subshell' && first.pos === pos + 1
}

/** Whether a word stands right behind another one, so that they were one. */
export const isTornApart = ({ name, prefix, suffix }: Command): boolean =>
  [...prefix, ...(name === undefined ? [] : [name]), ...suffix].some((each, index, all) => {
    const before = all[index - 1]
    const end = before?.type === 'HereDoc' ? before.delimiter?.end : before?.end
    return index > 0 && (each.type === 'Word' || each.type === 'Assignment') && each.pos === end
  })
