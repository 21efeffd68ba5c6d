/** The script that runs a command inside a sandbox: it keeps the limits, ends what is left, and says how the command ended. */
import { constants } from 'node:os'
import { JOINED } from '../shell/launch.ts'

/**
 * Arguments: bytes of memory, processes, how many processes there are beside the command's, the shell, the command. Standard error is
 * not the command's: `setsid` says there when a signal ended it, and the last line says how many processes it left.
 *
 * What this process got open from whoever started it is closed. A limit that is already lower stays. Filters behind the shell get 0.2 seconds to write what they hold, and whatever is left 0.3
 * seconds between being asked to end and its end.
 */
export const RUN_INSIDE: string = `
trap : TERM INT HUP
for open in /proc/$$/fd/*; do
  open=\${open##*/}
  if [ "$open" -gt 2 ]; then eval "exec $open>&-" 2>/dev/null; fi
done
others=$3
limits="--core=0 --data=$1 --nproc=$2"
if ! prlimit $limits true 2>/dev/null; then
  limits=--core=0
  for limit in --data=$1 --nproc=$2; do if prlimit $limit true 2>/dev/null; then limits="$limits $limit"; fi; done
fi
prlimit $limits setsid -f -w /bin/sh -c '${JOINED}' sh "$4" "$5"
status=$?
running() { set -- /proc/[0-9]*; left=$(($# - others)); }
settle() { round=0; running; while [ $left -gt 0 ] && [ $round -lt $1 ]; do sleep 0.01; round=$((round + 1)); running; done; }
settle 20
found=$left
if [ $left -gt 0 ]; then kill -TERM -1 2>/dev/null; settle 30; fi
echo "left $found" >&2
exit $status
`

/** How a command ended, as the script said it. */
export type InsideEnd = { readonly exitCode?: number; readonly signal?: string; readonly leftovers: number }

/** Undefined: it never came to the end of the script. */
export function readInsideEnd(code: number, said: string): InsideEnd | undefined {
  const left = /^left (\d+)$/m.exec(said)?.[1]
  if (left === undefined) return undefined
  const leftovers = Number(left)
  if (!/^setsid: /m.test(said)) return { exitCode: code, leftovers }
  // The code is then what the kernel says of an end by a signal: its number, and a bit for a core.
  const signal = signalName(code & 0x7f)
  return signal === undefined ? { exitCode: code, leftovers } : { signal, leftovers }
}

/** The name of a signal by its number. */
export const signalName = (number: number): string | undefined =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
