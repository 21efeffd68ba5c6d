/** Wraps and lightly formats prose that arrives in pieces, so that what is printed never has to be taken back. */
import { columnsOf, harmless } from './text.ts'
import type { Style } from './style.ts'

export type Prose = {
  /** Written at the start of each line, wrapped ones too. */
  readonly indent: string
  /** Columns filled on the current line, the indent included; 0 when nothing is on it yet. */
  readonly column: number
  /** A word that may still grow. */
  readonly word: string
  /** Blanks before that word. */
  readonly blanks: string
  readonly mode: 'text' | 'fence'
  readonly bold: boolean
  readonly code: boolean
  /** The current line is not shown: it is the mark of a code block. */
  readonly hidden: boolean
  /** Blanks with which continuation lines of a list item start. */
  readonly hang: string
}

export const prose = (indent = ''): Prose => ({
  indent,
  column: 0,
  word: '',
  blanks: '',
  mode: 'text',
  bold: false,
  code: false,
  hidden: false,
  hang: '',
})

type Step = { readonly prose: Prose; readonly output: string }

/** How finished words are painted: the marks themselves are taken out where colour replaces them. */
export type Paint = (text: string) => string

/** Take in a piece of prose; `output` is what can be printed now. */
export function writeProse(start: Prose, piece: string, { style, paint }: { readonly style: Style; readonly paint: Paint }): Step {
  let state = start
  let output = ''
  for (const char of harmless(piece)) {
    if (char === '\n' || char === ' ') {
      const placed = placeWord(state, { style, paint })
      output += placed.output
      const hidden = placed.prose.hidden
      state = char === '\n' ? endLine(placed.prose) : { ...placed.prose, blanks: placed.prose.blanks + ' ' }
      if (char === '\n' && !hidden) output += '\n'
    } else state = { ...state, word: state.word + char }
  }
  return { prose: state, output }
}

/** Print what was held back, and end the line. */
export function endProse(state: Prose, look: { readonly style: Style; readonly paint: Paint }): Step {
  const placed = placeWord(state, look)
  const output = placed.output + (placed.prose.column > 0 ? '\n' : '')
  return { prose: prose(state.indent), output }
}

const endLine = (state: Prose): Prose => ({ ...state, column: 0, blanks: '', hang: '', hidden: false, bold: false, code: false })

function placeWord(state: Prose, { style, paint }: { readonly style: Style; readonly paint: Paint }): Step {
  if (state.word === '') return { prose: state, output: '' }
  const atStart = state.column === 0
  if (state.hidden) return { prose: { ...state, word: '', blanks: '' }, output: '' }
  if (atStart && state.word.startsWith('```'))
    return { prose: { ...state, mode: state.mode === 'fence' ? 'text' : 'fence', word: '', blanks: '', hidden: true }, output: '' }
  if (state.mode === 'fence')
    return place(atStart ? { ...state, blanks: `  ${state.blanks}` } : state, style.colors.cyan(state.word), columnsOf(state.word))
  const hang = atStart && /^([-*+•]|\d+[.)])$/.test(state.word) ? state.blanks + ' '.repeat(columnsOf(state.word) + 1) : state.hang
  const formatted = format({ ...state, hang: atStart ? hang || state.blanks : hang }, { style, paint })
  const needed = state.blanks.length + formatted.columns
  if (!atStart && state.column + needed > style.width) {
    const next = { ...formatted.prose, column: 0, blanks: formatted.prose.hang }
    const placed = place(next, formatted.text, formatted.columns)
    return { prose: placed.prose, output: '\n' + placed.output }
  }
  return place(formatted.prose, formatted.text, formatted.columns)
}

function place(state: Prose, text: string, columns: number): Step {
  const lead = state.column === 0 ? state.indent : ''
  const column = state.column === 0 ? columnsOf(state.indent) : state.column
  return {
    prose: { ...state, word: '', blanks: '', column: column + state.blanks.length + columns },
    output: lead + state.blanks + text,
  }
}

/** Paint one word: `code` and **bold** open and close within it or run on to later words. */
function format(state: Prose, { style, paint }: { readonly style: Style; readonly paint: Paint }) {
  let { bold, code } = state
  let text = ''
  let columns = 0
  const { colors } = style
  const heading = state.column === 0 && /^#{1,6}$/.test(state.word)
  if (heading)
    return {
      prose: { ...state, bold: true },
      text: colors.isColorSupported ? '' : state.word,
      columns: colors.isColorSupported ? 0 : state.word.length,
    }
  for (const part of state.word.split(/(\*\*|`)/)) {
    if (part === '`') code = !code
    else if (part === '**' && !code) bold = !bold
    if ((part === '`' || (part === '**' && !code)) && colors.isColorSupported) continue
    if (part === '') continue
    text += code && part !== '`' ? colors.cyan(part) : bold ? colors.bold(paint(part)) : paint(part)
    columns += columnsOf(part)
  }
  return { prose: { ...state, bold, code }, text, columns }
}
