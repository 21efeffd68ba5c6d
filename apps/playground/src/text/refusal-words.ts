/** Why a session cannot be followed, in words of the page. */
import type { Connection } from '../api/follow.ts'

export function refusalWords({ code, message }: Extract<Connection, { state: 'refused' }>, id: string): string {
  if (code !== 'session_not_found') return message
  return `There is no session '${id}' in the store that is open here. It was deleted, or it is in another store, which Parts can open.`
}
