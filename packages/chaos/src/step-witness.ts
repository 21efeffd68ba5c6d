/** Sees everything that the caller is told about one step, and objects to what may not be. */
import type { Envelope, Fact, StepOutcome } from '@seamfold/core/kit'

/** Text that is being said, as far as it is known without a gap. */
type Saying = { readonly place: string; end: number; text: string | undefined }

export class StepWitness {
  readonly violations: string[] = []
  readonly facts: string[] = []
  /** Live events that came. */
  lives = 0
  /** Texts that came piece by piece as they are. */
  textsWhole = 0
  /** Results of calls that say whether the effect is known to have happened. */
  readonly results: Extract<Fact, { type: 'tool_end' }>[] = []
  outcome: StepOutcome | undefined
  readonly #seen = new Set<string>()
  #saying: Saying = { place: '', end: 0, text: undefined }

  readonly see = (envelope: Envelope): void => {
    if (this.outcome !== undefined) this.#object('an event came after the outcome')
    if (envelope.durable) this.#fact(envelope)
    else this.#live(envelope)
  }

  settle(outcome: StepOutcome): void {
    if (this.outcome !== undefined) this.#object('it has two outcomes')
    this.outcome = outcome
  }

  #fact({ cursor, event }: Envelope): void {
    if (this.#seen.has(cursor)) this.#object(`the fact ${cursor} came twice`)
    this.#seen.add(cursor)
    this.facts.push(cursor)
    if (event.type === 'tool_end') this.results.push(event)
    if (event.type !== 'turn_end') return
    const { place, text } = this.#saying
    if (place !== placeOf(event, 0) || text === undefined) return
    const [block] = event.message.content
    const whole = block?.type === 'text' ? block.text : ''
    // What was on the way when a worker died is missing at the end; the whole is in the fact.
    if (!whole.startsWith(text)) this.#object(`turn ${event.turn} said ${JSON.stringify(whole)} and came as ${JSON.stringify(text)}`)
    if (text === whole) this.textsWhole += 1
  }

  #live({ event }: Envelope): void {
    this.lives += 1
    if (event.type !== 'text_delta') return
    const place = placeOf(event, event.block)
    if (this.#saying.place !== place) this.#saying = { place, end: 0, text: '' }
    const saying = this.#saying
    if (event.start < saying.end) this.#object(`text came twice: piece ${event.start} of ${place}, which stood at ${saying.end}`)
    saying.text = saying.text === undefined || event.start > saying.end ? undefined : saying.text + event.text
    saying.end = event.start + event.text.length
  }

  #object(words: string): void {
    this.violations.push(words)
  }
}

const placeOf = ({ turn, attempt }: { readonly turn: number; readonly attempt: number }, block: number): string =>
  `turn ${turn}, attempt ${attempt}, block ${block}`
