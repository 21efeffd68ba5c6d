/** The sentences that the scripted coder says. */
import type { Candidate } from './bug-patterns.ts'
import type { Attempt, Notebook } from './notebook.ts'
import type { TestFailure, TestReport } from './test-report.ts'

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

const short = (value: string): string => (value.length > 90 ? `${value.slice(0, 87)}…` : value)

/** Who is speaking: said wherever a reader could take it for a real model. */
export const whoIAm = 'I am the built-in simulator, a scripted model, not a language model.'

const difference = ({ expected, actual, message }: TestFailure): string =>
  expected === '' && actual === '' ? `it fails with “${short(message)}”` : `it expects \`${short(expected)}\` and gets \`${short(actual)}\``

export const failing = (report: TestReport): string => {
  const [first] = report.failures
  const summary = `${report.failed} of ${plural(report.tests, 'test')} ${report.failed === 1 ? 'fails' : 'fail'}.`
  return first === undefined ? summary : `${summary} The first is “${first.name}”: ${difference(first)}. Let me read the test.`
}

export const toTheTest = (failure: TestFailure): string => `“${failure.name}” fails. What exactly does it ask for?`

export const toTheSource = (failure: TestFailure): string =>
  `The test is clear: ${difference(failure)}. The cause must be in the code that it calls.`

export const reading = (paths: readonly string[]): string =>
  `The code under test is in ${paths.map((path) => `\`${path}\``).join(' and ')}.`

export const weighing = (candidate: Candidate, failure: TestFailure): string =>
  `The test says: ${difference(failure)}. In ${candidate.path}, line ${candidate.line + 1}: ${candidate.why}.`

const place = ({ path, line, inFunction }: Candidate): string =>
  `${inFunction === '' ? '' : `\`${inFunction}\` in `}\`${path}\`, line ${line + 1}`

export const suspecting = (candidate: Candidate): string =>
  `Found a suspect, ${place(candidate)}: ${candidate.why}. I change that one line.`

export const tryingNext = (candidate: Candidate): string => `The next suspect is ${place(candidate)}: ${candidate.why}.`

export const undoing = ({ path, failedBefore, failedAfter }: Attempt): string =>
  `That was not it: ${failedAfter ?? 0} tests fail now, ${failedBefore} before. I take the change in \`${path}\` back.`

const changed = ({ path, before, after }: Attempt): string => {
  const old = before.split('\n')
  const index = after.split('\n').findIndex((line, at) => line !== old[at])
  return `In \`${path}\` I changed\n\n    ${(old[index] ?? before).trim()}\n\nto\n\n    ${(after.split('\n')[index] ?? after).trim()}`
}

export const fixed = (report: TestReport, last: Attempt, notebook: Notebook): string => {
  const tried = notebook.attempts.filter(({ reverted }) => reverted).length
  const detours = tried === 0 ? '' : ` ${plural(tried, 'other change')} did not help and ${tried === 1 ? 'was' : 'were'} taken back.`
  return `Fixed: all ${plural(report.tests, 'test')} pass now.\n\n${changed(last)}\n\n${plural(last.failedBefore, 'test')} failed because of it.${detours}`
}

export const nothingToFix = (report: TestReport): string =>
  `All ${plural(report.tests, 'test')} pass, so there is nothing that I could fix. ${whoIAm}`

export const unreadable = (report: TestReport): string =>
  `${report.failed} of ${plural(report.tests, 'test')} fail, but I cannot read from the output where. ${whoIAm} A real model would go on from here.`

export const cutOff = (command: string): string =>
  `\`${command}\` was cut off and nobody saw how it ended. Running tests changes nothing, so I run them once more.`

export const noTests = (command: string, output: string): string =>
  `\`${command}\` did not give me a test report to work from: ${short(output.trim().split('\n').at(-1) ?? '')}\n\n${whoIAm} I can only work from a failing test suite of Node's own runner.`

export const gaveUp = (notebook: Notebook): string => {
  const tried = notebook.attempts.length
  const failures = (notebook.report?.failures ?? []).map(({ name }) => `“${name}”`).join(', ')
  const rest =
    tried === 0
      ? 'Nothing in the code looks like one of the mistakes that I know'
      : `I tried ${plural(tried, 'change')} and took back those that did not help`
  return `I cannot find the fix for ${failures === '' ? 'the failing tests' : failures}. ${rest}. ${whoIAm} I know a few common mistakes (off by one, wrong operator, missing default); this needs a real model.`
}

export const refused = (name: string, reason: string): string =>
  `My \`${name}\` call did not go through: ${short(reason.trim().split('\n')[0] ?? '')}\n\nI stop here rather than work around that.`
