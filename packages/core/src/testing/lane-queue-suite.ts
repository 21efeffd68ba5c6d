/** The promises of the lane port as data: run it against your lane queue with `runConformance`. */
import type { Suite } from './conformance.ts'
import { laneLifeCases } from './lane-life-cases.ts'
import { lanePlaceCases } from './lane-place-cases.ts'
import type { LaneSubject } from './lane-scene.ts'
import { laneTrialCases } from './lane-trial-cases.ts'

/** The subject makes queues with the rules that a case needs, all on one clock. */
export const laneQueueSuite: Suite<LaneSubject> = { seam: 'LaneQueue', cases: [...lanePlaceCases, ...laneTrialCases, ...laneLifeCases] }
