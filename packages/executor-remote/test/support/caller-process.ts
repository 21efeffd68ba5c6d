/** A caller in a process of its own: runs one step and never closes its executor, so it ends by itself or not at all. */
import { remoteExecutor } from '../../src/index.ts'
import { never, specOf } from './steps.ts'

const executor = remoteExecutor({ url: process.argv[2] ?? '', token: 'secret' })
const outcome = await executor.executeStep(specOf('only', process.argv[3] ?? 'quick'), { signal: never() })
process.stdout.write(outcome.output)
