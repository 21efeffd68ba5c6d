/** A field for a file with workflows: one that is offered, or any path in the workspace. */
import { useId, type ReactNode } from 'react'

type FileFieldProps = { readonly files: readonly string[]; readonly value: string; readonly onChange: (file: string) => void }

export function FileField({ files, value, onChange }: FileFieldProps): ReactNode {
  const id = useId()
  return (
    <div className="grows">
      <label htmlFor={id}>File, as a path in the workspace</label>
      <input
        id={id}
        list={`${id}-files`}
        value={value}
        placeholder={files[0] ?? '.seamfold/workflows/release.ts'}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => onChange(target.value)}
      />
      <datalist id={`${id}-files`}>
        {files.map((file) => (
          <option key={file} value={file} />
        ))}
      </datalist>
    </div>
  )
}
