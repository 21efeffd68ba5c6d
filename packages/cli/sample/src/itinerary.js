import { longestDay, splitIntoDays } from './days.js'
import { totalClimb, totalDistance } from './stages.js'

const MINUTES_PER_KILOMETRE = 12
const MINUTES_PER_METRE_UP = 0.1

/**
 * Naismith's rule: an hour for every five kilometres, and ten minutes for every hundred metres up.
 *
 * @param {import('./stages.js').Stage[]} stages
 * @returns {number} minutes
 */
export function walkingTime(stages) {
  return Math.round(totalDistance(stages) * MINUTES_PER_KILOMETRE + totalClimb(stages) * MINUTES_PER_METRE_UP)
}

/**
 * @param {number} minutes
 * @returns {string} for example "2 h 05 min" or "45 min"
 */
export function formatTime(minutes) {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours === 0) return `${rest} min`
  return `${hours} h ${String(rest).padStart(2, '0')} min`
}

/**
 * The plan as text, one line per day.
 *
 * @param {import('./stages.js').Stage[]} stages
 * @param {{ limit?: number }} [options] kilometres a day; 20 when left out
 * @returns {string}
 */
export function itinerary(stages, { limit = 20 } = {}) {
  const days = splitIntoDays(stages, limit)
  const lines = days.map((day, index) => {
    const names = day.stages.map((stage) => stage.name).join(', ')
    return `Day ${index + 1}: ${names} (${day.distance} km, ${formatTime(walkingTime(day.stages))})`
  })
  const longest = longestDay(days)
  if (longest !== undefined) lines.push(`Longest day: ${longest.distance} km`)
  return lines.join('\n')
}
