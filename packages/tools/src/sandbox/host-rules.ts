/** Whether a sandbox may reach a host. */

const USUAL_PORTS: ReadonlySet<number> = new Set([80, 443])

/** `*.example.com` stands for all below it; a pattern without a port for ports 80 and 443. */
export function isAllowedHost(patterns: readonly string[], host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return patterns.some((pattern) => {
    const [wanted = '', wantedPort] = pattern.toLowerCase().split(':')
    if (wantedPort === undefined ? !USUAL_PORTS.has(port) : Number(wantedPort) !== port) return false
    return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted
  })
}
