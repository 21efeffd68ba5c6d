/** Turns the events of an answer into the text that is sent, with whatever is to go wrong on the way. */
import type { Frame } from '../encode/frame.ts'
import { frameText } from '../encode/frame.ts'
import type { StreamFaults } from '../model/turn.ts'
import type { Protocol } from '../protocol/protocol.ts'

export type SendPlan = {
  readonly parts: readonly string[]
  /** How the response ends after its parts. */
  readonly ending: 'finish' | 'reset'
  /** Ends it earlier, after so many bytes. */
  readonly cutAfterBytes?: number
}

const brokenFrame = 'data: {"broken": \n\n'

type Planning = { readonly faults: StreamFaults; readonly protocol: Protocol; readonly lineEnding: string }

function eventsWithFaults(frames: readonly Frame[], { faults, protocol, lineEnding }: Planning): readonly string[] {
  const parts: string[] = []
  const raw = (text: string): number => parts.push(text.replaceAll('\n', lineEnding))
  const { error, malformed, pingEvery } = faults
  for (let index = 0; index <= frames.length; index += 1) {
    const after = (position: number): boolean => Math.min(position, frames.length) === index
    // an error comes in place of the last event at the latest: after that nobody listens
    const failing = error !== undefined && Math.min(error.afterEvents, frames.length - 1) === index
    if (malformed !== undefined && after(malformed.afterEvents)) raw(malformed.frame ?? brokenFrame)
    if (failing) {
      parts.push(frameText(protocol.errorFrame(error, frames.slice(0, index)), lineEnding))
      break
    }
    const frame = frames[index]
    if (frame === undefined) break
    parts.push(frameText(frame, lineEnding))
    if (pingEvery !== undefined && (index + 1) % pingEvery === 0) raw(protocol.pingFrame)
  }
  return parts
}

export function planOf(frames: readonly Frame[], planning: Planning): SendPlan {
  const { faults } = planning
  const kept = faults.omitDone === true ? frames.filter(({ data }) => data !== '[DONE]') : frames
  const { cut } = faults
  const cutFrames = cut?.afterEvents === undefined ? kept : kept.slice(0, cut.afterEvents)
  const parts = eventsWithFaults(cutFrames, planning)
  const ending = cut === undefined || cut.how === 'end' ? 'finish' : 'reset'
  return cut?.afterBytes === undefined ? { parts, ending } : { parts, ending, cutAfterBytes: cut.afterBytes }
}
