/** What keys do wherever the page is, and the sheet that tells them. */
import { useMemo, useState, type ReactNode } from 'react'
import { goTo, partsAddress, workflowsAddress } from '../hooks/use-route.ts'
import { useShortcuts, type Shortcuts } from '../hooks/use-shortcuts.ts'
import { Icon } from './icon.tsx'
import { ShortcutsSheet } from './shortcuts-sheet.tsx'

const focusOn = (selector: string) => (): void => document.querySelector<HTMLElement>(selector)?.focus()

const go = (address: string) => (): void => {
  location.hash = address
}

export function PageKeys({ onJournal }: { readonly onJournal: () => void }): ReactNode {
  const [open, setOpen] = useState(false)
  const shortcuts = useMemo<Shortcuts>(
    () => ({
      n: () => goTo(undefined),
      f: focusOn('.composer textarea'),
      '/': focusOn('.sidebar input[type=search]'),
      j: onJournal,
      w: go(workflowsAddress),
      p: go(partsAddress),
      '?': () => setOpen(true),
    }),
    [onJournal],
  )
  useShortcuts(shortcuts)
  return (
    <>
      <button type="button" className="button-icon keys-button" onClick={() => setOpen(true)} aria-label="Keys" title="Keys (?)">
        <Icon name="keys" />
      </button>
      {open && <ShortcutsSheet onClose={() => setOpen(false)} />}
    </>
  )
}
