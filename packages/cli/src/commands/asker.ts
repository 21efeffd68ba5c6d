/** Says which command goes on with a run: of a task or a step that is whoever asked for it, since only there its agent has its limits. */
import { relative } from 'node:path'
import { type Asker, askerOf, type SessionState, unfinishedRuns } from '@seamfold/core'
import { AgentError, isAgentError, type SessionStore } from '@seamfold/core/kit'
import type { Field } from '../render/fields.ts'
import type { Places } from '../setup/settings.ts'
import { recallPlace } from '../setup/workflow-note.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { shortId } from './find-session.ts'
import { hint, quote } from './hint.ts'

export type Scene = {
  readonly store: SessionStore
  readonly places: Places
  readonly terminal: Pick<Terminal, 'folder' | 'environment'>
}

/** The command that goes on with the run of a session; undefined for a step that some program gave, which goes on with it. */
async function goOnCommand(sessionId: string, scene: Scene): Promise<string | undefined> {
  return commandOf(await askerOf(scene.store, sessionId), sessionId, scene)
}

async function commandOf(asker: Asker | undefined, sessionId: string, scene: Scene): Promise<string | undefined> {
  if (asker?.rootId !== undefined) return workflowCommand(asker.rootId, scene)
  if (asker?.isStep === true) return undefined
  return hint(`resume ${quote(shortId(asker?.sessionId ?? sessionId))}`, scene.places, scene.terminal)
}

/** The command that runs a workflow again, with its file where it is known. */
export async function workflowCommand(rootId: string, { store, places, terminal }: Scene): Promise<string> {
  const place = await recallPlace(store, rootId)
  const file = place === undefined ? 'FILE' : quote(relative(terminal.folder, place.file))
  const name = place?.name === undefined ? '' : ` --name ${quote(place.name)}`
  return hint(`workflow run ${file}${name} --resume ${quote(rootId)}`, places, terminal)
}

/** The same as the value of a field. */
export async function goOnField(sessionId: string, scene: Scene): Promise<Field[1]> {
  const command = await goOnCommand(sessionId, scene)
  return command === undefined ? GIVER : { verbatim: command }
}

/** What to type next, in a sentence. */
export async function goOnWords(sessionId: string, scene: Scene): Promise<string> {
  const command = await goOnCommand(sessionId, scene)
  return command === undefined ? GIVER : `Go on with: ${command}`
}

const GIVER = 'The program that gave this step goes on with it.'

/** Throws for an unfinished run that only somebody else goes on with as it was meant, and names the command. */
export async function refuseAsked({ id, state }: { readonly id: string; readonly state: SessionState }, scene: Scene): Promise<void> {
  const { status } = state.run ?? {}
  const asker = status === 'executing' || status === 'suspended' ? await askerOf(scene.store, id) : undefined
  if (asker === undefined) return
  const { rootId, isStep, sessionId } = asker
  const whose = rootId === undefined ? (isStep ? 'a program that gave it a step' : `session ${sessionId}`) : `workflow ${rootId}`
  const command = await commandOf(asker, id, scene)
  throw new AgentError(
    'invalid_argument',
    `Session ${id} works for ${whose}, within the limits that it was given there, and is not resumed by itself.\n${command === undefined ? GIVER : `Go on with: ${command}`}`,
  )
}

/** Sessions with a task or a step that is not finished. */
export async function askedSessions(store: SessionStore): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for await (const { sessionId, child } of unfinishedRuns(store, { children: true })) if (child !== undefined) found.add(sessionId)
  return found
}

/** Roots of the workflows whose steps, or tasks below them, are not finished. */
export async function openWorkflows(store: SessionStore): Promise<readonly string[]> {
  const roots = new Set<string>()
  for (const sessionId of await askedSessions(store)) {
    const asker = await askerOf(store, sessionId).catch((error: unknown) => {
      if (isAgentError(error)) return undefined // whoever opens the session says what is wrong with it
      throw error
    })
    if (asker?.rootId !== undefined) roots.add(asker.rootId)
  }
  return [...roots]
}
