/** What a call touches as words for a person; what is only perhaps a file is left to the reason why it is asked. */
import { type Access, describeAccess } from '@seamfold/core/kit'

/** Empty where it touches nothing. */
export const accessWords = (accesses: readonly Access[]): string =>
  accesses
    .filter((access) => !('perhaps' in access))
    .map(describeAccess)
    .join(', ')
