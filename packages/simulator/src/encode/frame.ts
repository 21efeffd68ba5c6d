/** One server-sent event before it becomes bytes. */

export type Frame = {
  readonly event?: string
  /** The data line. */
  readonly data: string
}

/** An answer in both of its forms. */
export type Encoded = {
  readonly body: object
  readonly frames: readonly Frame[]
}

export const named = (data: { readonly type: string; readonly [field: string]: unknown }): Frame => ({
  event: data.type,
  data: JSON.stringify(data),
})

export const unnamed = (data: object): Frame => ({ data: JSON.stringify(data) })

/** The bytes of an event, as text. */
export function frameText(frame: Frame, lineEnding: string): string {
  const event = frame.event === undefined ? '' : `event: ${frame.event}${lineEnding}`
  return `${event}data: ${frame.data}${lineEnding}${lineEnding}`
}
