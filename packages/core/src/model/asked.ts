/** What a call asks for, as one text: calls that ask the same have the same, whatever hooks or people made of them. */
import { canonicalJson } from './json.ts'
import type { ToolUseBlock } from './message.ts'

export const askedOf = ({ name, input }: Pick<ToolUseBlock, 'name' | 'input'>): string => `${name}\n${canonicalJson(input)}`
