/** The fields of each part: what is in use, and what it may be replaced by. */
import type { ReactNode } from 'react'
import type { PartsReport, ProviderChoice } from '../api/types.ts'
import type { PartsDraft } from '../state/parts-draft.ts'
import { ChoiceField, PartField, TextField } from './part-field.tsx'

export type PartProps = { readonly draft: PartsDraft; readonly report: PartsReport; readonly set: (change: Partial<PartsDraft>) => void }

const providerWords = ({ provider, hasKey, keyVariable }: ProviderChoice): string =>
  provider === 'simulator' ? 'simulator: a scripted model on this machine' : hasKey ? provider : `${provider} (${keyVariable} is not set)`

export function ModelPart({ draft, report, set }: PartProps): ReactNode {
  const { providers } = report.choices
  const chosen = providers.find(({ provider }) => provider === draft.provider)
  const keyless = chosen?.hasKey === false
  return (
    <>
      <ChoiceField
        label="Provider"
        value={draft.provider}
        choices={providers.map((each) => ({ value: each.provider, words: providerWords(each) }))}
        onChange={(provider) =>
          set({ provider, model: providers.find((each) => each.provider === provider)?.models[0] ?? '', baseURL: '' })
        }
        note={
          keyless
            ? `Set ${chosen.keyVariable} where the playground is started, and start it again. Keys are never typed here. A server of your own may need none.`
            : undefined
        }
      />
      <TextField
        label="Model"
        value={draft.model}
        suggestions={chosen?.models ?? []}
        onChange={(model) => set({ model })}
        note="One that is known, or any name that the server takes."
      />
      {draft.provider !== 'simulator' && (
        <TextField
          label="Base URL"
          type="url"
          value={draft.baseURL}
          placeholder="the provider’s own"
          onChange={(baseURL) => set({ baseURL })}
          note="For a compatible server. The key, where there is one, is sent there."
        />
      )}
    </>
  )
}

export function StorePart({ draft, set }: PartProps): ReactNode {
  return (
    <>
      <ChoiceField
        label="Kind"
        value={draft.store}
        choices={[
          { value: 'sqlite', words: 'SQLite: one file' },
          { value: 'jsonl', words: 'JSONL: plain files, one line a record' },
          { value: 'memory', words: 'memory: gone with the process' },
        ]}
        onChange={(store) => set({ store, path: '' })}
        note={draft.store === 'memory' ? 'A process that is killed takes its sessions along: nothing can be resumed.' : undefined}
      />
      {draft.store !== 'memory' && (
        <TextField
          label={draft.store === 'sqlite' ? 'File' : 'Folder'}
          value={draft.path}
          placeholder="the usual one, in .seamfold"
          onChange={(path) => set({ path })}
        />
      )}
    </>
  )
}

export function ExecutorPart({ draft, report, set }: PartProps): ReactNode {
  const { executor } = report.parts
  const kept = executor.kind === 'remote' && executor.hasToken && executor.url === draft.url
  return (
    <>
      <ChoiceField
        label="Tasks are done by"
        value={draft.executor}
        choices={[
          { value: 'local', words: 'agents in this process' },
          { value: 'remote', words: 'a worker elsewhere' },
        ]}
        onChange={(kind) => set({ executor: kind })}
        note={draft.executor === 'remote' ? 'Start one with: seamfold worker --listen 9000' : undefined}
      />
      {draft.executor === 'remote' && (
        <>
          <TextField label="Address" value={draft.url} placeholder="ws://127.0.0.1:9000" onChange={(url) => set({ url })} />
          <TextField
            label="Token"
            type="password"
            value={draft.token}
            placeholder={kept ? 'the one that it has' : 'that of SEAMFOLD_WORKER_TOKEN, or none'}
            onChange={(token) => set({ token })}
          />
        </>
      )}
    </>
  )
}

export function HooksPart({ draft, report, set }: PartProps): ReactNode {
  const { hooks } = report.choices
  if (hooks.length === 0) return <p className="part-note">The configuration names none. The key is hooks.</p>
  return (
    <>
      <label className="part-check">
        <input type="checkbox" checked={draft.hooks} onChange={(change) => set({ hooks: change.target.checked })} /> Ask the hooks of the
        configuration
      </label>
      <ul className="part-list">
        {hooks.map((words) => (
          <li key={words}>
            <code>{words}</code>
          </li>
        ))}
      </ul>
    </>
  )
}

export function PolicyPart({ draft, set }: PartProps): ReactNode {
  return (
    <>
      <ChoiceField
        label="Mode"
        value={draft.mode}
        choices={[
          { value: 'ask', words: 'ask: before it edits or runs anything' },
          { value: 'auto-edit', words: 'auto-edit: before it runs anything' },
          { value: 'full', words: 'full: asks nothing' },
          { value: 'read-only', words: 'read-only: changes nothing' },
        ]}
        onChange={(mode) => set({ mode })}
      />
      <PartField label="Rules, one a line" note="They come before the mode. Such as: allow exec(npm test), deny read(**/.env*)">
        {({ id, note }) => (
          <textarea
            id={id}
            rows={Math.max(2, draft.rules.split('\n').length)}
            value={draft.rules}
            spellCheck={false}
            aria-describedby={note}
            onChange={(change) => set({ rules: change.target.value })}
          />
        )}
      </PartField>
    </>
  )
}

export function ToolsPart({ draft, report, set }: PartProps): ReactNode {
  const { tools } = report.choices
  const toggle = (name: string, on: boolean): void =>
    set({ tools: tools.filter((each) => (each === name ? on : draft.tools.includes(each))) })
  return (
    <div className="part-checks">
      {tools.map((name) => (
        <label key={name} className="part-check">
          <input type="checkbox" checked={draft.tools.includes(name)} onChange={(change) => toggle(name, change.target.checked)} />{' '}
          <code>{name}</code>
        </label>
      ))}
    </div>
  )
}

export function BudgetPart({ draft, set }: PartProps): ReactNode {
  return (
    <>
      <TextField label="US dollars" type="number" value={draft.usd} placeholder="no limit" onChange={(usd) => set({ usd })} />
      <TextField label="Tokens" type="number" value={draft.tokens} placeholder="no limit" onChange={(tokens) => set({ tokens })} />
      <TextField label="Turns" type="number" value={draft.turns} placeholder="50" onChange={(turns) => set({ turns })} />
      <TextField
        label="Tool calls"
        type="number"
        value={draft.toolCalls}
        placeholder="no limit"
        onChange={(toolCalls) => set({ toolCalls })}
      />
    </>
  )
}
