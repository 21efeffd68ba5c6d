export { checkStage, totalClimb, totalDistance } from './stages.js'
export { longestDay, splitIntoDays } from './days.js'
export { formatTime, itinerary, walkingTime } from './itinerary.js'
