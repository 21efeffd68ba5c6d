/** Real tools in a real folder: a file is written, changed and looked at, and a shell command starts a process that would outlive it. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CrashScenario, CrashWorld } from '@seamfold/core/testing/node'
import { callTool, text } from '@seamfold/simulator'
import { codingTools } from '@seamfold/tools'
import { afterTheDead, common, everythingAllowed, model, modelledBy } from '../world.ts'

const STEPS = [
  callTool('write', { file_path: 'notes.txt', content: 'one\ntwo\nthree\n' }),
  callTool('edit', { file_path: 'notes.txt', old_string: 'two', new_string: 'zwei' }),
  callTool('bash', { command: 'sleep 30 & echo counted >> count.txt; cat count.txt; kill $!' }),
  callTool('edit', { file_path: 'notes.txt', old_string: 'three', new_string: 'drei' }),
  callTool('read', { file_path: 'notes.txt' }),
]

export const coding: CrashScenario = {
  ...common,
  name: 'coding tools and a shell',
  module: import.meta.url,
  surroundings: modelledBy(({ calls }) => STEPS[calls.length] ?? text('The notes are ready.')),
  agent: (world) => ({
    leases: afterTheDead(),
    llm: model(),
    tools: codingTools({ workspace: workspaceOf(world) }),
    permissions: everythingAllowed,
  }),
  check: ({ directory }) => {
    const notes = readFileSync(join(directory, 'workspace/notes.txt'), 'utf8')
    const counts = join(directory, 'workspace/count.txt')
    const counted = existsSync(counts) ? readFileSync(counts, 'utf8').split('\n').length - 1 : 0
    return [
      ...(notes === 'one\nzwei\ndrei\n' ? [] : [`the file holds ${JSON.stringify(notes)}`]),
      ...(counted <= 1 ? [] : [`the command ran ${counted} times`]),
    ]
  },
}

function workspaceOf({ directory }: CrashWorld): string {
  const path = join(directory, 'workspace')
  mkdirSync(path, { recursive: true })
  return path
}
