/** Why something is asked, with the names of the agents that ask and without the ids of their tasks: those are in the fact. */

const ids = / \((?:task-)?[0-9a-f]{32,40}(?:-\d+)?\)/g

export const whoAsks = (reason: string): string => reason.replaceAll(ids, '')
