/** Keys that do something wherever the page is, but not while somebody writes or a window is open. */
import { useEffect } from 'react'

export type Shortcuts = Readonly<Record<string, () => void>>

const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** `shortcuts` are by key, as the keyboard names it. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const onKey = (press: KeyboardEvent): void => {
      if (press.defaultPrevented || press.ctrlKey || press.metaKey || press.altKey || writes(press.target)) return
      const act = shortcuts[press.key]
      if (act === undefined || document.querySelector('dialog[open]') !== null) return
      press.preventDefault()
      act()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [shortcuts])
}
