/** Keeps with a workflow which file it was run from, so that the command that goes on with it can be said. */
import { isAgentError, isJsonObject, type SessionStore } from '@seamfold/core/kit'

/** Where a workflow was run from. */
export type WorkflowPlace = {
  /** A whole path. */
  readonly file: string
  /** Where the file exports several. */
  readonly name?: string | undefined
}

const keyOf = (rootId: string): string => `cli-workflow/${rootId}`

/** The last one counts. */
export async function rememberPlace(store: SessionStore, rootId: string, { file, name }: WorkflowPlace): Promise<void> {
  const note = JSON.stringify({ file, ...(name === undefined ? {} : { name }) })
  const notes = await notesOf(store, rootId)
  if (notes.at(-1) === note) return
  await store.append(keyOf(rootId), [note], { expected: notes.length }).catch((error: unknown) => {
    if (!isAgentError(error, 'store_conflict')) throw error // somebody runs the same one: theirs is as good
  })
}

/** Undefined for one that something else began, or whose note cannot be read. */
export async function recallPlace(store: SessionStore, rootId: string): Promise<WorkflowPlace | undefined> {
  const note = parse((await notesOf(store, rootId)).at(-1) ?? '')
  if (!isJsonObject(note) || typeof note.file !== 'string') return undefined
  return { file: note.file, ...(typeof note.name === 'string' ? { name: note.name } : {}) }
}

function parse(note: string): unknown {
  try {
    return JSON.parse(note)
  } catch {
    return undefined // whoever goes on names the file
  }
}

async function notesOf(store: SessionStore, rootId: string): Promise<readonly string[]> {
  const notes: string[] = []
  for await (const { record } of store.read(keyOf(rootId))) notes.push(record)
  return notes
}
