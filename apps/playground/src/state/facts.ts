/** Small questions to a list of facts. */
import type { Envelope, FactOf, FactType } from '@seamfold/core/kit'

export type FactEnvelope<T extends FactType> = Omit<Envelope, 'event'> & { readonly event: FactOf<T> }

export const isFact = <T extends FactType>(envelope: Envelope, type: T): envelope is Envelope & { readonly event: FactOf<T> } =>
  envelope.durable && envelope.event.type === type

/** The place of a fact in its journal, which begins its cursor. */
export const offsetOf = (cursor: string): string => cursor.split('.')[0] ?? ''

/** The call that a fact speaks of; undefined where it speaks of none. */
export const callIdOf = ({ event }: Envelope): string | undefined =>
  'callId' in event && event.type !== 'tool_output_delta' ? event.callId : undefined
