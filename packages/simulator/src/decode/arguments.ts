/** Reads the argument text of a call that came back: its JSON, or the text itself when it is none. */
import { parseJson } from '../base/json.ts'

export const inputOf = (text: string): unknown => (text === '' ? {} : (parseJson(text)?.value ?? text))
