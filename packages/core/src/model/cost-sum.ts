/** Adds costs that may be unknown. */

/** The sum as a field, or no field while no cost is known. */
export const costSum = (sum: number | undefined, cost: number | undefined): { readonly cost?: number } =>
  cost === undefined ? (sum === undefined ? {} : { cost: sum }) : { cost: (sum ?? 0) + cost }
