/** What runs inside a sandbox that may reach some hosts: it carries connections to a local port over to the proxy's socket. */

/** The port inside; nothing else listens in a network of its own. */
export const BRIDGE_PORT = 3128

/** Arguments: the socket, the port. Says `ready` on standard output when it listens. */
export const BRIDGE: string = `
const { createServer, connect } = require('node:net')
const [path, port] = process.argv.slice(1)
createServer((near) => {
  const far = connect(path)
  for (const [one, other] of [[near, far], [far, near]]) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
    one.pipe(other)
  }
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\\n'))
`

/** Starts it before the command. Arguments: the program that runs it, its code, the socket, the port; then those of what comes next. */
export const WITH_BRIDGE: string = `
mkfifo /run/ready
"$1" -e "$2" -- "$3" "$4" >/run/ready 2>/dev/null </dev/null &
read -r ready </run/ready
shift 4
`

/** Variables that programs look for when they reach for the network. */
export function proxyVariables(): Readonly<Record<string, string>> {
  const address = `http://127.0.0.1:${BRIDGE_PORT}`
  const names = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
    'npm_config_proxy',
    'npm_config_https_proxy',
  ]
  return {
    ...Object.fromEntries(names.map((name) => [name, address])),
    NO_PROXY: 'localhost,127.0.0.1,::1',
    no_proxy: 'localhost,127.0.0.1,::1',
    NODE_USE_ENV_PROXY: '1',
  }
}
