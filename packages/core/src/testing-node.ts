/** `@seamfold/core/testing/node`: the proof that needs processes to kill. For Node alone. */
export { crashMatrix, type CrashMatrixOptions, type CrashMatrixResult } from './testing/node/crash-matrix.ts'
export type { CutResult } from './testing/node/crash-cut.ts'
export type { CrashScenario, CrashWorld, EffectLog, Evidence, Surroundings } from './testing/node/crash-scenario.ts'
export { formatMatrices } from './testing/node/crash-report.ts'
export { runCrashChild } from './testing/node/crash-child.ts'
