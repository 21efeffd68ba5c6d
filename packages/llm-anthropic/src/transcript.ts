/** Keeps the bytes of a growing conversation, so that a request costs what it adds to the one before. */
import type { Message } from '@seamfold/core/kit'
import type { WireMessage } from './message-to-wire.ts'

/** What is known of a turn without its text. */
export type TurnFacts = {
  readonly role: WireMessage['role']
  readonly hasResults: boolean
  /** Whether its first block is a thinking block. */
  readonly thinks: boolean
}

/** Neighbours of one role, which the API takes for one message. Messages with nothing in them are passed over. */
type Turn = { readonly role: WireMessage['role']; readonly parts: WireMessage[]; until: number }

/** A turn whose bytes are kept: it ends at `end`, and `until` so many messages are behind it and those before it. */
type ClosedTurn = TurnFacts & { readonly until: number; readonly end: number }

/** The `messages` of a request: bytes that were written before, and the text that follows them. */
export type Written = { readonly kept: Uint8Array; readonly text: string; readonly turns: readonly TurnFacts[] }

/**
 * Writes one conversation again and again. The last two messages of the user carry the cache mark: the earlier one is where
 * the request before this one ended, so the cache is hit there however much this turn added. What stands before that is
 * never written again, unless an edit of the history changes it.
 */
export class Transcript {
  readonly #toWire: (message: Message) => WireMessage
  readonly #mark: (blocks: string) => string
  readonly #encoder = new TextEncoder()
  readonly #closed: ClosedTurn[] = []
  readonly #messages: Message[] = []
  #open = new WeakMap<Message, WireMessage>()
  #bytes = new Uint8Array(4096)

  constructor(toWire: (message: Message) => WireMessage, mark: (blocks: string) => string) {
    this.#toWire = toWire
    this.#mark = mark
  }

  write(messages: readonly Message[]): Written {
    const turns = this.#reopen(messages)
    const [markTurn, markPart] = secondLastOfUser(turns) ?? [0, 0]
    const texts: string[] = []
    for (const [index, turn] of turns.entries()) {
      if (index < markTurn) this.#close(turn, messages)
      else texts.push(turnText(turn, (part) => (index > markTurn || part >= markPart ? this.#mark : asItIs)))
    }
    const facts = [...this.#closed, ...turns.slice(markTurn).map(factsOf)]
    return { kept: this.#bytes.subarray(0, this.#closed.at(-1)?.end ?? 0), text: texts.join(','), turns: facts }
  }

  /** The turns after those closed ones that are still true. Both messages that are to be marked are among them. */
  #reopen(messages: readonly Message[]): Turn[] {
    let same = 0
    while (same < this.#messages.length && this.#messages[same] === messages[same]) same += 1
    for (;;) {
      const last = this.#closed.at(-1)
      const from = last?.until ?? 0
      const turns = from > same ? [] : this.#turnsFrom(messages, from)
      if (last === undefined || (turns[0]?.role !== last.role && secondLastOfUser(turns) !== undefined)) {
        this.#messages.length = from
        return turns
      }
      this.#closed.pop()
    }
  }

  #turnsFrom(messages: readonly Message[], from: number): Turn[] {
    const turns: Turn[] = []
    for (const [index, message] of messages.slice(from).entries()) {
      const part = this.#read(message)
      if (part.results === '' && part.rest === '') continue
      const last = turns.at(-1)
      if (last?.role === part.role) last.parts.push(part)
      else turns.push({ role: part.role, parts: [part], until: 0 })
      const turn = turns.at(-1)
      if (turn !== undefined) turn.until = from + index + 1
    }
    return turns
  }

  #read(message: Message): WireMessage {
    const known = this.#open.get(message)
    if (known !== undefined) return known
    const read = this.#toWire(message)
    this.#open.set(message, read)
    return read
  }

  /** From here on the turn is kept as bytes alone. */
  #close(turn: Turn, messages: readonly Message[]): void {
    const before = this.#closed.at(-1)?.end ?? 0
    const added = this.#encoder.encode(`${turnText(turn, () => asItIs)},`)
    const end = before + added.length
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(end * 2)
      larger.set(this.#bytes.subarray(0, before))
      this.#bytes = larger
    }
    this.#bytes.set(added, before)
    this.#closed.push({ ...factsOf(turn), until: turn.until, end })
    for (const message of messages.slice(this.#messages.length, turn.until)) {
      this.#messages.push(message)
      this.#open.delete(message)
    }
  }
}

const asItIs = (blocks: string): string => blocks

/** Where the last but one message of the user is. */
function secondLastOfUser(turns: readonly Turn[]): readonly [turn: number, part: number] | undefined {
  let left = 2
  for (let index = turns.length - 1; index >= 0; index -= 1) {
    const turn = turns[index]
    if (turn?.role !== 'user') continue
    if (turn.parts.length >= left) return [index, turn.parts.length - left]
    left -= turn.parts.length
  }
  return undefined
}

function factsOf({ role, parts }: Turn): TurnFacts {
  return { role, hasResults: parts.some(({ results }) => results !== ''), thinks: parts[0]?.thinks === true }
}

/** One message of the request: tool results first. A message of the user is marked at its last block. */
function turnText({ role, parts }: Turn, markOf: (part: number) => (blocks: string) => string): string {
  const results: string[] = []
  const rest: string[] = []
  for (const [index, part] of parts.entries()) {
    const mark = role === 'user' ? markOf(index) : asItIs
    if (part.results !== '') results.push(part.rest === '' ? mark(part.results) : part.results)
    if (part.rest !== '') rest.push(mark(part.rest))
  }
  return `{"role":"${role}","content":[${[...results, ...rest].join(',')}]}`
}
