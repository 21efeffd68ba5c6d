/** A process that does nothing but watch: it has to end by itself. */
import { jsonlWatch } from '../src/index.ts'

const watch = jsonlWatch(process.argv[2] ?? '')
const wakeUps = watch.watch('')[Symbol.asyncIterator]()
await wakeUps.next()
process.stdout.write('watching\n')
void wakeUps.next()
