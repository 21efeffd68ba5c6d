/** A question of the model, answered in place: by its options, by words of one's own, or not at all. */
import { questionOf, type Question } from '@seamfold/core'
import type { Json } from '@seamfold/core/kit'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { Visible } from './visible.tsx'

type QuestionViewProps = {
  /** What is asked. */
  readonly args: Json
  readonly sent: boolean
  readonly onReply: (value: Json) => void
  readonly onDecline: () => void
}

function toggled(chosen: readonly string[], label: string, several: boolean): readonly string[] {
  if (!several) return [label]
  return chosen.includes(label) ? chosen.filter((each) => each !== label) : [...chosen, label]
}

type OptionsProps = {
  readonly question: Question
  readonly chosen: readonly string[]
  readonly onChoose: (chosen: readonly string[]) => void
}

function Options({ question: { options, several }, chosen, onChoose }: OptionsProps): ReactNode {
  const name = useId()
  if (options.length === 0) return null
  return (
    <div className="options" role="group" aria-label="Answers">
      {options.map(({ label, description }) => (
        <label key={label} className="option">
          <input
            type={several ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(label)}
            onChange={() => onChoose(toggled(chosen, label, several))}
          />
          <span>
            {label}
            {description !== undefined && <small>{description}</small>}
          </span>
        </label>
      ))}
    </div>
  )
}

export function QuestionView({ args, sent, onReply, onDecline }: QuestionViewProps): ReactNode {
  const question = questionOf({ args })
  const { options, several, freeText } = question
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [words, setWords] = useState('')
  const own = words.trim()
  const all = [...chosen, ...(own === '' ? [] : [own])]
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onReply(several ? all : (all.at(-1) ?? ''))
  }
  return (
    <form className="approval question" aria-label="A question" onSubmit={submit}>
      <p className="approval-question">
        <Visible text={question.question} />
      </p>
      <Options {...{ question, chosen }} onChoose={setChosen} />
      {freeText && (
        <input
          className="journal-search"
          value={words}
          placeholder={options.length === 0 ? 'Your answer' : 'Or in your own words'}
          aria-label="Your answer, in your own words"
          autoComplete="off"
          onChange={({ target }) => setWords(target.value)}
        />
      )}
      <div className="button-row">
        <button type="submit" className="button button-primary" disabled={sent || all.length === 0}>
          {sent ? 'Answered' : 'Answer'}
        </button>
        <button type="button" className="button" disabled={sent} onClick={onDecline}>
          Do not answer
        </button>
      </div>
    </form>
  )
}
