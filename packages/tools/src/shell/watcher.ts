/** Starts the small process that ends a command when this process dies before the command does. */
import { spawn } from 'node:child_process'

/**
 * Reads the process group of the command from its standard input, then `done`. When the input ends without `done`, this process
 * is gone: the watcher kills the group, and on Linux every process of it, with its marker in the environment, or below such a one.
 * They are stopped while it looks, so that none can start another one that is missed, or end and leave its children to nobody.
 */
const SCRIPT = `
trap '' TERM INT HUP
marker=$1
group=
while read -r word; do
  if [ "$word" = done ]; then exit 0; fi
  group=$word
done
add() {
  case " $known " in *" $1 "*) return ;; esac
  if kill -STOP "$1" 2>/dev/null; then known="$known $1"; found=1; fi
}
look() {
  for file in $(grep -lsF "$marker" /proc/[0-9]*/environ 2>/dev/null); do
    process=\${file#/proc/}
    add "\${process%/environ}"
  done
  for file in /proc/[0-9]*/stat; do
    { read -r line <"$file"; } 2>/dev/null || continue
    process=\${file#/proc/}
    set -- \${line##*) }
    if [ $# -lt 5 ] || [ "$1" = Z ] || [ "$1" = X ]; then continue; fi
    case " $known $group " in *" $2 "* | *" $3 "* | *" $4 "*) add "\${process%/stat}" ;; esac
  done
}
round=0
while [ $round -lt 100 ]; do
  known=
  found=1
  while [ -n "$found" ]; do found=; look; done
  left=$known
  if [ -n "$group" ] && kill -KILL -- "-$group" 2>/dev/null; then left=1; fi
  for process in $known; do kill -KILL "$process" 2>/dev/null; done
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
