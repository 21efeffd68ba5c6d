/** The facts of the session that is open, for what is told from many of them at once. */
import type { Envelope } from '@seamfold/core/kit'
import { createContext, useContext } from 'react'

export const FactsContext = createContext<readonly Envelope[]>([])

export const useFacts = (): readonly Envelope[] => useContext(FactsContext)
