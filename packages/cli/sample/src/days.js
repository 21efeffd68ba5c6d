import { checkStage } from './stages.js'

/**
 * A day of walking: its stages in order, and how long they are together.
 *
 * @typedef {{ stages: import('./stages.js').Stage[], distance: number }} Day
 */

/**
 * Splits a route into days, keeping the order of its stages. No day is longer
 * than `limit`, except when a single stage already is: it gets a day of its own.
 *
 * @param {import('./stages.js').Stage[]} stages
 * @param {number} limit kilometres that may be walked in a day
 * @returns {Day[]}
 */
export function splitIntoDays(stages, limit) {
  const days = []
  for (const stage of stages.map(checkStage)) {
    const today = days.at(-1)
    if (today && today.distance + stage.distance < limit) {
      today.stages.push(stage)
      today.distance += stage.distance
    } else {
      days.push({ stages: [stage], distance: stage.distance })
    }
  }
  return days
}

/**
 * @param {Day[]} days
 * @returns {Day | undefined} the day with the most kilometres, the first one of equals
 */
export function longestDay(days) {
  let longest
  for (const day of days) {
    if (longest === undefined || day.distance > longest.distance) longest = day
  }
  return longest
}
