/** One labelled field of the form for parts. */
import { useId, type ReactNode } from 'react'

type FieldProps = {
  readonly label: string
  readonly note?: ReactNode
  readonly children: (ids: { readonly id: string; readonly note: string }) => ReactNode
}

export function PartField({ label, note, children }: FieldProps): ReactNode {
  const id = useId()
  return (
    <div className="part-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, note: `${id}-note` })}
      {note !== undefined && (
        <p id={`${id}-note`} className="part-note">
          {note}
        </p>
      )}
    </div>
  )
}

type TextProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly note?: ReactNode
  readonly placeholder?: string
  readonly suggestions?: readonly string[]
  readonly type?: 'text' | 'password' | 'number' | 'url'
}

export function TextField({ label, value, onChange, note, placeholder, suggestions = [], type = 'text' }: TextProps): ReactNode {
  return (
    <PartField label={label} note={note}>
      {({ id, note: noteId }) => (
        <>
          <input
            id={id}
            type={type}
            min={type === 'number' ? 0 : undefined}
            step={type === 'number' ? 'any' : undefined}
            value={value}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            list={suggestions.length > 0 ? `${id}-list` : undefined}
            aria-describedby={note === undefined ? undefined : noteId}
            onChange={(change) => onChange(change.target.value)}
          />
          {suggestions.length > 0 && (
            <datalist id={`${id}-list`}>
              {suggestions.map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          )}
        </>
      )}
    </PartField>
  )
}

type ChoiceProps<T extends string> = {
  readonly label: string
  readonly value: T
  readonly choices: readonly { readonly value: T; readonly words: string; readonly disabled?: boolean }[]
  readonly onChange: (value: T) => void
  readonly note?: ReactNode
}

export function ChoiceField<T extends string>({ label, value, choices, onChange, note }: ChoiceProps<T>): ReactNode {
  return (
    <PartField label={label} note={note}>
      {({ id, note: noteId }) => (
        <select
          id={id}
          value={value}
          aria-describedby={note === undefined ? undefined : noteId}
          onChange={(change) => onChange(change.target.value as T)}
        >
          {choices.map((each) => (
            <option key={each.value} value={each.value} disabled={each.disabled}>
              {each.words}
            </option>
          ))}
        </select>
      )}
    </PartField>
  )
}
