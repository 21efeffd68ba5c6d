/** Whether nobody is at the run that is shown: what seems to run in it was cut off. */
import { createContext, use } from 'react'

export const InterruptedContext = createContext(false)

export const useInterrupted = (): boolean => use(InterruptedContext)
