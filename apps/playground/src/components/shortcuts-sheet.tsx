/** The keys that the page knows. */
import type { ReactNode } from 'react'
import { Dialog } from './dialog.tsx'

const keys = [
  ['n', 'a new session'],
  ['f', 'into the field'],
  ['/', 'search the sessions'],
  ['j', 'the journal, open or closed'],
  ['w', 'workflows'],
  ['p', 'parts, code and conformance'],
  ['?', 'these keys'],
  ['Enter', 'send or steer; Shift and Enter begin a line'],
  ['↑ ↓', 'from fact to fact, in the journal'],
  ['Esc', 'close what lies on top'],
] as const

export const ShortcutsSheet = ({ onClose }: { readonly onClose: () => void }): ReactNode => (
  <Dialog title="Keys" onClose={onClose}>
    <dl className="shortcuts">
      {keys.map(([key, does]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
    <p className="panel-empty">They wait while you write in a field.</p>
  </Dialog>
)
