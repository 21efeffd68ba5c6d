/** The caller of `ledger-caller.ts` in a process of its own: begins its run, and is killed. */
import { ledgerCaller } from './ledger-caller.ts'

const [directory = '.', url = ''] = process.argv.slice(2)
const session = await ledgerCaller(directory, url).agent.session({ id: 's' })
await session.send('go')
process.send?.('begun')
