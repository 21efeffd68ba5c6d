/** Adds costs that may be unknown. */
import { present } from '../base/present.ts'

/** The sum as a field, or no field while no cost is known. */
export const costSum = (sum: number | undefined, cost: number | undefined): { readonly cost?: number } =>
  present({ cost: cost === undefined ? sum : (sum ?? 0) + cost })
