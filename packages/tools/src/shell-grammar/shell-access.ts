/** What a command line would run and touch, as accesses that a policy judges. */
import type { Access } from '@seamfold/core/kit'
import type { Touched } from './findings.ts'
import { type Grammar, loadGrammar } from './grammar.ts'
import { goesThroughNewLinks } from './new-links.ts'
import { linksBelow } from './links-below.ts'
import { type Places, realPlace } from './real-place.ts'
import { understand } from './understand.ts'

const ANYWHERE = '/'
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
  const asked = new Map<string, Promise<readonly string[]>>()
  const candidates = touched.map((each) => {
    const { path, from, levels } = each
    if (path === undefined || asked.size > MOST_PLACES) return undefined
    const key = `${path}\0${levels}\0${from?.join('\0') ?? '\0'}`
    const known = asked.get(key) ?? candidatesOf(each, places)
    asked.set(key, known)
    return known
  })
  const placesAt = await Promise.all(candidates.map(async (each) => (await each) ?? [ANYWHERE]))
  const found = new Map<string, Access>()
  for (const [index, { kind, by, below, perhaps }] of touched.entries()) {
    for (const place of placesAt[index] ?? []) {
      const path = kind === 'write' && OPEN_FILES.test(place) ? ANYWHERE : place
      const key = `${kind} ${below === true} ${perhaps === true} ${path}\0${by}`
      if (!found.has(key)) found.set(key, accessTo(kind, path, { by, below, perhaps }))
    }
  }
  return [...found.values(), ...(goesThroughNewLinks(touched, placesAt) ? [ANY_FILE] : [])]
}

type Named = { readonly by: string | undefined; readonly below: boolean | undefined; readonly perhaps: boolean | undefined }

function accessTo(kind: 'read' | 'write', path: string, { by, below, perhaps }: Named): Access {
  const named = { path, ...(by === undefined ? {} : { by }), ...(below === true && path !== ANYWHERE ? { below } : {}) }
  return kind === 'read' ? { kind, ...named } : { kind, ...named, ...(perhaps === true ? { perhaps } : {}) }
}

async function candidatesOf({ path = '/', from, levels = 0 }: Touched, places: Places): Promise<readonly string[]> {
  const fixed = path.startsWith('/') || path.startsWith('~')
  if (!fixed && from === undefined) return [ANYWHERE]
  const found = await Promise.all((fixed ? ['.'] : (from ?? [])).map((directory) => realPlace(places, directory, path)))
  if (levels === 0 || found.includes(ANYWHERE)) return found
  const led = await Promise.all(found.map((folder) => linksBelow(places, folder, levels)))
  return [...new Set([...found, ...led.flat()])]
}
