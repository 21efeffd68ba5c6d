// The far side of a command hook: hands what it reads to the test over a socket, and does what the test answers.
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

const event = await text(process.stdin)
const socket = connect(process.argv[2])
socket.write(`${event.trim()}\n`)
const { output, complaint, code } = JSON.parse(await text(socket))
process.stderr.write(complaint)
process.stdout.write(output, () => process.exit(code))
