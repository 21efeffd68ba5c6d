/** Takes the detours out of the paths of accesses: one place has one path, for whoever judges it, waits for it or shows it. */
import type { Access } from './access.ts'

const DETOUR = /(?:^|\/)\.\.?(?=\/|$)|\/\//

const winds = (access: Access): boolean => 'path' in access && access.path !== '.' && DETOUR.test(access.path)

/** The same list where no path has one. Where links lead is for the tool to say. */
export function straightPaths(accesses: readonly Access[]): readonly Access[] {
  return accesses.some(winds)
    ? accesses.map((access) => ('path' in access ? { ...access, path: straight(access.path) } : access))
    : accesses
}

/** What leads out of the workspace keeps its `..`. */
function straight(path: string): string {
  const start = path.startsWith('/') ? '/' : ''
  const segments: string[] = []
  for (const segment of path.split('/')) {
    const climbs = segment === '..' && (segments.at(-1) ?? (start === '' ? '..' : '')) !== '..'
    if (climbs) segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `${start}${segments.join('/')}` || '.'
}
