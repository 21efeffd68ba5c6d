/** The arguments of a call: a command as a command, an edit as a difference, the rest as named values. */
import { isJsonObject, type Json } from '@seamfold/core/kit'
import type { ReactNode } from 'react'
import { tellingKey } from '../text/call-summary.ts'
import { CodeBlock } from './code-block.tsx'
import { DiffView } from './diff-view.tsx'
import { Visible } from './visible.tsx'

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

const isLong = (text: string): boolean => text.includes('\n') || text.length > 80

/** Names under which tools take the text that an edit replaces, and what replaces it. */
const editNames = [
  ['old', 'new'],
  ['old_string', 'new_string'],
  ['oldText', 'newText'],
  ['search', 'replace'],
] as const

function editOf(input: Readonly<Record<string, Json>>): { before: string; after: string; keys: readonly string[] } | undefined {
  for (const keys of editNames) {
    const [before, after] = [input[keys[0]], input[keys[1]]]
    if (typeof before === 'string' && typeof after === 'string') return { before, after, keys }
  }
  return undefined
}

export function ToolInput({ input }: { readonly input: Json | undefined }): ReactNode {
  if (input === undefined) return null
  if (!isJsonObject(input)) return <CodeBlock text={asText(input)} exact />
  const edit = editOf(input)
  const fields = Object.entries(input).filter(([key]) => edit?.keys.includes(key) !== true)
  // The head of the card tells the argument that matters most, as long as it fits there.
  const told = tellingKey(input)
  const short = fields.filter(([key, value]) => key !== told && !isLong(asText(value)))
  const long = fields.filter(([, value]) => isLong(asText(value)))
  return (
    <div className="tool-input">
      {short.length > 0 && (
        <dl className="tool-fields">
          {short.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>
                <Visible text={asText(value)} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {long.map(([key, value]) => (
        <CodeBlock key={key} label={key} text={asText(value)} exact />
      ))}
      {edit && <DiffView before={edit.before} after={edit.after} />}
    </div>
  )
}
