/** What a command line would run and touch, as accesses that a policy judges. */
import type { Access } from '@seamfold/core/kit'
import type { Touched } from './findings.ts'
import { type Grammar, loadGrammar } from './grammar.ts'
import { type Candidates, goesThroughNewLinks } from './new-links.ts'
import { foldersAmong, linksBelow } from './links-below.ts'
import { type Places, realPlace } from './real-place.ts'
import { understand } from './understand.ts'

const ANYWHERE = '/'
const UNKNOWN: Candidates = { at: [ANYWHERE], real: [], led: [] }
const ANY_FILE: Access = { kind: 'write', path: ANYWHERE, perhaps: true }
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
    const any: readonly Access[] = undecided.length === 0 ? [] : [ANY_FILE]
    return [...runs, ...hosts.map((host): Access => ({ kind: 'net', host })), ...(await placesOf(touched, places)), ...any]
  }
}

async function placesOf(touched: readonly Touched[], places: Places): Promise<readonly Access[]> {
  const asked = new Map<string, Promise<Candidates>>()
  const asking = touched.map((each) => {
    const { path, from, levels, folder } = each
    if (path === undefined || asked.size > MOST_PLACES) return undefined
    const key = `${path}\0${levels}\0${folder}\0${from?.join('\0') ?? '\0'}`
    const known = asked.get(key) ?? candidatesOf(each, places)
    asked.set(key, known)
    return known
  })
  const candidates = await Promise.all(asking.map(async (each) => (await each) ?? UNKNOWN))
  const found = new Map<string, Access>()
  const add = (kind: 'read' | 'write', path: string, named: Named): void => {
    const key = `${kind} ${named.below === true} ${named.perhaps === true} ${path}\0${named.by}`
    if (!found.has(key)) found.set(key, accessTo(kind, path, named))
  }
  for (const [index, { kind, by, below, perhaps }] of touched.entries()) {
    const { at, real, led } = candidates[index] ?? UNKNOWN
    for (const place of at) add(kind, kind === 'write' && OPEN_FILES.test(place) ? ANYWHERE : place, { by, below, perhaps })
    for (const place of real) add('write', place, { by, below, perhaps: true })
    // Nothing tells which of the links that are there it would follow.
    for (const place of led) add('write', place, { by, below: true, perhaps: true })
  }
  return [...found.values(), ...(goesThroughNewLinks(touched, candidates) ? [ANY_FILE] : [])]
}

type Named = { readonly by: string | undefined; readonly below: boolean | undefined; readonly perhaps: boolean | undefined }

function accessTo(kind: 'read' | 'write', path: string, { by, below, perhaps }: Named): Access {
  const named = { path, ...(by === undefined ? {} : { by }), ...(below === true && path !== ANYWHERE ? { below } : {}) }
  return kind === 'read' ? { kind, ...named } : { kind, ...named, ...(perhaps === true ? { perhaps } : {}) }
}

async function candidatesOf({ path = '/', from, levels = 0, folder = false }: Touched, places: Places): Promise<Candidates> {
  const fixed = path.startsWith('/') || path.startsWith('~')
  if (!fixed && from === undefined) return UNKNOWN
  const found = await Promise.all((fixed ? ['.'] : (from ?? [])).map((directory) => realPlace(places, directory, path)))
  const [at, real] = [found.map((place) => place.at), found.flatMap((place) => place.real ?? [])]
  if (at.includes(ANYWHERE)) return { at, real, led: [] }
  const folders = folder ? await foldersAmong(places, at) : []
  if (levels === 0) return { at, real, led: folders }
  const led = await Promise.all(at.map((each) => linksBelow(places, each, levels)))
  return { at, real, led: [...folders, ...led.flat()] }
}
