/** Before a command runs: what was mounted is what was looked at, and no link that took its place in between. */
import { lstatSync } from 'node:fs'
import { quoted } from '../shell-grammar/shell-word.ts'

/** The start of the script inside, which ends there where something was changed. */
export function stillThere(places: readonly string[]): string {
  const known = places.flatMap((path) => {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return found === undefined ? [] : [{ path, identity: `${found.dev}:${found.ino}` }]
  })
  const identities = known.map(({ identity }) => identity).join('\n')
  return `
if [ "$(stat -c %d:%i -- ${known.map(({ path }) => quoted(path)).join(' ')})" != ${quoted(identities)} ]; then
  echo 'sh: the workspace was changed while the sandbox was made: try again' >&2
  exit 1
fi
`
}
