/** Which kind of thing a fact or a live event is about: for its colour, and to choose by. */

export type Family = 'run' | 'model' | 'tool' | 'person' | 'danger' | 'other' | 'live'

export const families: readonly { readonly family: Family; readonly words: string }[] = [
  { family: 'run', words: 'Runs' },
  { family: 'model', words: 'Model' },
  { family: 'tool', words: 'Tools' },
  { family: 'person', words: 'People' },
  { family: 'danger', words: 'Failures' },
  { family: 'other', words: 'Session' },
  { family: 'live', words: 'Live' },
]

export function factFamily(type: string): Family {
  if (type.startsWith('turn_')) return 'model'
  if (type.startsWith('tool_') || type.startsWith('subagent_')) return 'tool'
  if (type === 'user_question' || type.startsWith('external_task_')) return 'person'
  if (type.startsWith('confirmation_') || type === 'permission_denied' || type === 'run_suspended' || type === 'message_injected')
    return 'person'
  if (type === 'command_dead_lettered' || type === 'error' || type === 'run_cancelled' || type === 'cancel_requested') return 'danger'
  if (type.startsWith('agent_') || type === 'run_prepared') return 'run'
  return 'other'
}
