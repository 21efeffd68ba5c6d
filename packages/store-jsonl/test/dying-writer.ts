/** A process that appends one batch and is killed when so many bytes of it are written. */
import { nodeDisk } from '../src/disk.ts'
import { storeOn } from '../src/jsonl-store.ts'

const [folder = '', expected = '0', bytes = '0'] = process.argv.slice(2)

const store = storeOn(
  {
    ...nodeDisk,
    write(file, all, position) {
      nodeDisk.write(file, all.subarray(0, Number(bytes)), position)
      process.kill(process.pid, 'SIGKILL')
    },
  },
  folder,
  {},
)
await store.append('log', ['never', 'seen'], { expected: Number(expected) })
