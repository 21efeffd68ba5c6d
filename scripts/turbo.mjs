/** Runs turbo without telemetry, update notices or a daemon. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const turbo = fileURLToPath(new URL('../node_modules/turbo/bin/turbo', import.meta.url))
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' }
const { status } = spawnSync(process.execPath, [turbo, ...process.argv.slice(2)], { cwd: root, env, stdio: 'inherit' })
process.exitCode = status ?? 1
