/** Makes the id of a call from elsewhere fit a protocol that limits its length. */
import { systemHost } from '@seamfold/core/kit'

/** The id itself where it fits, else its digest: the same id always becomes the same, so call and result stay a pair. */
export const fitId = (id: string, longest: number): string =>
  id.length <= longest
    ? id
    : `call_${systemHost()
        .digest(id)
        .slice(0, longest - 5)}`
