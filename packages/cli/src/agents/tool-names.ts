/** Tools by the names that files for other programs give them. */

const NAMES: Readonly<Record<string, string>> = {
  Read: 'read',
  NotebookRead: 'read',
  Write: 'write',
  Edit: 'edit',
  MultiEdit: 'edit',
  NotebookEdit: 'edit',
  Bash: 'bash',
  Grep: 'grep',
  Glob: 'glob',
  LS: 'ls',
  WebFetch: 'web_fetch',
  WebSearch: 'web_search',
  Task: 'task',
  TodoWrite: 'update_plan',
}

export const toolName = (name: string): string => (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined) ?? name

/** Patterns of calls, such as `Bash(git *)`, are no names: what a call may do is said by rules. */
export const isCallPattern = (name: string): boolean => name.includes('(')
