/** Redacts a text that comes in pieces: what comes out is what the whole would have come to. */
import type { TextTap } from '../ports/security-provider.ts'
import type { Scanner } from './scanner.ts'

/** The scanner is asked for anew with every piece: what was learned in the meantime counts. */
export function scanningTap(scanner: () => Scanner): TextTap {
  let text = ''
  /** Characters of `text` that were given already: patterns may look at the one before their place. */
  let given = 0
  const go = (piece: string, isWhole: boolean): string => {
    text += piece
    const { shown, used } = scanner().scan(text, { from: given, isWhole })
    const kept = Math.max(0, used - 1)
    text = text.slice(kept)
    given = used - kept
    return shown
  }
  return { push: (piece) => go(piece, false), end: () => go('', true) }
}
