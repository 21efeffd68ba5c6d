/**
 * A stage is one leg of a route: where it goes, how far, and how much it climbs.
 *
 * @typedef {{ name: string, distance: number, climb?: number }} Stage
 */

/**
 * Refuses what cannot be walked.
 *
 * @param {Stage} stage
 * @returns {Stage} the stage, with a climb of 0 when it had none
 */
export function checkStage(stage) {
  if (typeof stage.name !== 'string' || stage.name.trim() === '') {
    throw new TypeError('A stage needs a name')
  }
  if (!Number.isFinite(stage.distance) || stage.distance <= 0) {
    throw new RangeError(`The distance of "${stage.name}" must be more than 0 km, not ${stage.distance}`)
  }
  return { climb: 0, ...stage }
}

/**
 * @param {Stage[]} stages
 * @returns {number} kilometres, to one decimal
 */
export function totalDistance(stages) {
  const sum = stages.map(checkStage).reduce((total, stage) => total + stage.distance, 0)
  return Math.round(sum * 10) / 10
}

/**
 * @param {Stage[]} stages
 * @returns {number} metres
 */
export function totalClimb(stages) {
  return stages.map(checkStage).reduce((total, stage) => total + stage.climb, 0)
}
