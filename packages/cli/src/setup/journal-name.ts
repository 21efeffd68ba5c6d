/** The name under which workers find each other's journal. */
import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'

/**
 * The same for all that open this very file, and for no others: machines are often called alike and have their files in the same
 * place, and a step that is looked for in a journal that does not know it would be done a second time.
 */
export async function journalName(storePath: string): Promise<string> {
  const { dev, ino, birthtimeNs } = await stat(storePath, { bigint: true })
  return `${hostname().slice(0, 100)}:${dev}:${ino}:${birthtimeNs}`
}
