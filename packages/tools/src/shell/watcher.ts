/** Starts the small process that ends a command when this process dies before the command does. */
import { spawn } from 'node:child_process'

/**
 * Reads the process group of the command from its standard input, then `done`. When the input ends without `done`, this process
 * is gone: the watcher kills the group, and on Linux every process that carries the marker in its environment.
 */
const SCRIPT = `
trap '' TERM INT HUP
group=
while read -r word; do
  if [ "$word" = done ]; then exit 0; fi
  group=$word
done
round=0
while [ $round -lt 100 ]; do
  left=
  if [ -n "$group" ] && kill -KILL -- "-$group" 2>/dev/null; then left=1; fi
  for file in $(grep -lsF "$1" /proc/[0-9]*/environ 2>/dev/null); do
    process=\${file#/proc/}
    if kill -KILL "\${process%/environ}" 2>/dev/null; then left=1; fi
  done
  if [ -z "$left" ]; then exit 0; fi
  round=$((round + 1))
  sleep 0.02 2>/dev/null || sleep 1
done
`

/** Stands guard over one command. */
export interface Watcher {
  /** Tell it which process group the command has. */
  guard(group: number): void
  /** The command has ended and left nothing: the watcher leaves. */
  dismiss(): void
}

/** Start one, before the command itself, so that no moment is unguarded. */
export function startWatcher(marker: string): Watcher {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'seamfold-watcher', marker], {
    cwd: '/',
    detached: true,
    env: { PATH: '/usr/bin:/bin:/usr/local/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without a watcher the command still runs and is still ended here; only the death of this process goes unnoticed.
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  child.unref()
  return {
    guard: (group) => void child.stdin.write(`${group}\n`),
    dismiss: () => void child.stdin.end('done\n'),
  }
}
