/** Where the links in a folder lead, which a pattern may match and some programs follow. */
import { type Places, realPlace } from './real-place.ts'

const ANYWHERE = '/'
/** With more names than these what is there is not looked through: it may lead anywhere. */
const MOST_NAMES = 2_000
const MOST_LINKS = 64

/** The places of all links that lie up to so many folders deep; `/` where there are too many of them to tell. */
export async function linksBelow(places: Places, folder: string, levels: number): Promise<readonly string[]> {
  const found = new Set<string>()
  let names = 0
  let folders: readonly string[] = [folder]
  for (let level = 0; level < levels && folders.length > 0; level++) {
    const next: string[] = []
    for (const each of folders) {
      for (const { name, kind } of await namesIn(places, each)) {
        if (++names > MOST_NAMES || found.size > MOST_LINKS) return [ANYWHERE]
        if (kind === 'link') {
          const { at, real = at } = await realPlace(places, each, name)
          found.add(real)
        } else if (kind === 'directory') next.push(`${each}/${name}`)
      }
    }
    folders = next
  }
  return [...found]
}

/** Those that are folders in the workspace. */
export async function foldersAmong(places: Places, paths: readonly string[]): Promise<readonly string[]> {
  const are = await Promise.all(paths.map(async (path) => (await namesOf(places, path)) !== undefined))
  return paths.filter((_, index) => are[index])
}

/** None in what is no folder, or is not in the workspace. */
const namesIn = async (places: Places, folder: string): Promise<Names> => (await namesOf(places, folder)) ?? []

type Names = Awaited<ReturnType<NonNullable<Places['names']>>>

const namesOf = (places: Places, folder: string): Promise<Names | undefined> =>
  (places.names === undefined ? places.list(folder) : places.names(folder)).catch(() => undefined)
