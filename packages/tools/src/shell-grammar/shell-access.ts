/** What a command line would run and touch, as accesses that a policy judges. */
import type { Access } from '@seamfold/core/kit'
import type { Touched } from './findings.ts'
import { type Grammar, loadGrammar } from './grammar.ts'
import { type Places, realPlace } from './real-place.ts'
import { understand } from './understand.ts'

const ANYWHERE = '/'
/** To write there writes what is open, whatever that is. */
const OPEN_FILES = /^\/dev\/(?:stdin|fd\/(?![12]$))/
/** More than these are judged as touching anything. */
const MOST_PLACES = 64

/**
 * Judges lines: the line itself with all commands that it would run; when that cannot be told for certain, the line without them and
 * why, and then every command that is known. After these, what the words and redirections touch, with links followed as far as
 * `places` can. The grammar is loaded for the first line.
 */
export function shellAccess(places: Places): (line: string) => Promise<readonly Access[]> {
  let loading: Promise<Grammar> | undefined
  return async (line) => {
    const { commands, touched, hosts, undecided } = understand(await (loading ??= loadGrammar()), line)
    const runs: readonly Access[] =
      undecided.length === 0
        ? [{ kind: 'exec', command: line, commands }]
        : [
            { kind: 'exec', command: line, undecided: undecided.join('; ') },
            ...commands.map((command): Access => ({ kind: 'exec', command, commands: [command] })),
          ]
    if (hosts.length === 0 && touched.length === 0 && undecided.length === 0) return runs
    // What cannot be told may touch whatever there is.
    const any: readonly Access[] = undecided.length === 0 ? [] : [{ kind: 'write', path: ANYWHERE, perhaps: true }]
    return [...runs, ...hosts.map((host): Access => ({ kind: 'net', host })), ...(await placesOf(touched, places)), ...any]
  }
}

async function placesOf(touched: readonly Touched[], places: Places): Promise<readonly Access[]> {
  const known = new Map<string, Promise<readonly string[]>>()
  const found = await Promise.all(
    touched.map(async ({ kind, path, from, ...named }) => {
      if (path === undefined || known.size > MOST_PLACES) return [accessTo(kind, ANYWHERE, { ...named, below: false })]
      const key = JSON.stringify([path, from])
      const candidates = known.get(key) ?? candidatesOf(path, from, places)
      known.set(key, candidates)
      return (await candidates).map((place) => accessTo(kind, kind === 'write' && OPEN_FILES.test(place) ? ANYWHERE : place, named))
    }),
  )
  return [...new Map(found.flat().map((access) => [JSON.stringify(access), access])).values()]
}

function accessTo(kind: 'read' | 'write', path: string, { by, below, perhaps }: Pick<Touched, 'by' | 'below' | 'perhaps'>): Access {
  const named = { path, ...(by === undefined ? {} : { by }), ...(below === true && path !== ANYWHERE ? { below } : {}) }
  return kind === 'read' ? { kind, ...named } : { kind, ...named, ...(perhaps === true ? { perhaps } : {}) }
}

async function candidatesOf(path: string, from: Touched['from'], places: Places): Promise<readonly string[]> {
  const fixed = path.startsWith('/') || path.startsWith('~')
  if (!fixed && from === undefined) return [ANYWHERE]
  return Promise.all((fixed ? ['.'] : (from ?? [])).map((directory) => realPlace(places, directory, path)))
}
