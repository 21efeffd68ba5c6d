/** Who sits at this machine, as answers name them. */
import { userInfo } from 'node:os'

/** The name that the system knows; where it knows none, the place. */
export function personName(): string {
  try {
    return userInfo().username || 'terminal'
  } catch {
    return 'terminal' // a container may have no name for its user
  }
}
