/** The buttons of the field: stop, and send or steer. */
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

type ComposerButtonsProps = {
  readonly words: string
  readonly ready: boolean
  readonly stopping: boolean
  readonly onStop: (() => void) | undefined
}

export function ComposerButtons({ words, ready, stopping, onStop }: ComposerButtonsProps): ReactNode {
  const stop = stopping ? 'Stopping' : 'Stop'
  return (
    <>
      {onStop && (
        <button type="button" className="button-round button-stop" onClick={onStop} disabled={stopping} aria-label={stop} title={stop}>
          <Icon name="stop" />
        </button>
      )}
      <button type="submit" className="button-round" disabled={!ready} aria-label={words} title={words}>
        <Icon name="arrowUp" />
      </button>
    </>
  )
}
