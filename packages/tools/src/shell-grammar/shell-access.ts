/** What a command line would run and touch, as accesses that a policy judges. */
import type { Access } from '@seamfold/core/kit'
import type { Touched } from './findings.ts'
import { loadGrammar } from './grammar.ts'
import { type Places, realPlace } from './real-place.ts'
import { understand } from './understand.ts'

const ANYWHERE = '/'
/** More than these are judged as touching anything. */
const MOST_PLACES = 64

/**
 * The line itself with all commands that it would run; when that cannot be told for certain, the line without them and why, and then
 * every command that is known. After these, what the words and redirections touch, with links followed as far as `places` can.
 */
export async function shellAccess(line: string, places: Places): Promise<readonly Access[]> {
  const { commands, touched, hosts, undecided } = understand(await loadGrammar(), line)
  const runs: readonly Access[] =
    undecided.length === 0
      ? [{ kind: 'exec', command: line, commands }]
      : [
          { kind: 'exec', command: line, undecided: undecided.join('; ') },
          ...commands.map((command): Access => ({ kind: 'exec', command, commands: [command] })),
        ]
  return [...runs, ...hosts.map((host): Access => ({ kind: 'net', host })), ...(await placesOf(touched, places))]
}

async function placesOf(touched: readonly Touched[], places: Places): Promise<readonly Access[]> {
  const found = new Map<string, Access>()
  for (const { kind, path, from, by } of touched) {
    const candidates = path === undefined || found.size > MOST_PLACES ? [ANYWHERE] : await candidatesOf(path, from, places)
    for (const place of candidates) {
      found.set(`${kind} ${place} ${by ?? ''}`, { kind, path: place, ...(by === undefined ? {} : { by }) })
    }
  }
  return [...found.values()]
}

async function candidatesOf(path: string, from: Touched['from'], places: Places): Promise<readonly string[]> {
  const fixed = path.startsWith('/') || path.startsWith('~')
  if (!fixed && from === undefined) return [ANYWHERE]
  return Promise.all((fixed ? ['.'] : (from ?? [])).map((directory) => realPlace(places, directory, path)))
}
