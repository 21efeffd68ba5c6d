/** Opens what covers the page for a while: a request to the model, a fork with changes. */
import { createContext, useContext } from 'react'

export type Studio = {
  /** What the model was asked last as of this fact. */
  readonly showRequest: (cursor: string) => void
  /** A fork at this fact, with changes. */
  readonly forkFrom: (cursor: string) => void
}

export const StudioContext = createContext<Studio>({ showRequest: () => undefined, forkFrom: () => undefined })

export const useStudio = (): Studio => useContext(StudioContext)
