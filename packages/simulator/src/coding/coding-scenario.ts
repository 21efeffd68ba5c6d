/** The built-in coder: fixes a small bug behind a failing test suite, working from what the tools really return. */
import type { Conversation } from '../model/conversation.ts'
import type { Block, TurnLike } from '../model/turn.ts'
import { callTool, text } from '../scenario/blocks.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { explainStep, isOneFile, isQuestion } from './explain.ts'
import { lookStep, politeAnswer } from './look-around.ts'
import { notebookOf } from './notebook.ts'
import type { Notebook } from './notebook.ts'
import { repairStep } from './repair.ts'
import { sampleValue } from './sample-value.ts'
import * as say from './words.ts'

const isRepair = (prompt: string): boolean =>
  /\b(?:fix|fixes|bugs?|fail\w*|broken|repair|tests?|debug)\b/i.test(prompt) && !isQuestion(prompt)

const neededForRepair = ['read', 'bash', 'edit'] as const

/** What is left to say when no tool may be called. */
function closing(conversation: Conversation, notebook: Notebook): string {
  const { report } = notebook
  if (report === undefined) return politeAnswer(conversation, notebook)
  return `I have to stop here. ${report.failed} of ${report.tests} tests fail at the last count, after ${notebook.attempts.length} changes.`
}

function steps(conversation: Conversation): readonly Block[] {
  const notebook = notebookOf(conversation.callsSincePrompt)
  if (conversation.toolChoice === 'none' || conversation.tools.length === 0) return [text(closing(conversation, notebook))]
  const { refused } = notebook
  if (refused !== undefined && conversation.results.some(({ id }) => id === refused.id)) {
    return [text(say.refused(refused.name, refused.result?.text ?? ''))]
  }
  const repair = isRepair(conversation.prompt) && neededForRepair.every((name) => conversation.offers(name))
  if (isOneFile(conversation.prompt)) return explainStep(conversation, notebook) ?? []
  const first = lookStep(conversation, notebook, repair)
  if (first !== undefined) return first
  return (repair ? repairStep(notebook) : explainStep(conversation, notebook)) ?? [text(politeAnswer(conversation, notebook))]
}

/** A final answer in the form that the request asked for. */
function shaped(conversation: Conversation, blocks: readonly Block[]): readonly Block[] {
  const { outputSchema } = conversation
  if (outputSchema === undefined || blocks.some(({ type }) => type === 'tool_call')) return blocks
  const words = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
  return [text(JSON.stringify(sampleValue(outputSchema === true ? { type: 'object', properties: { answer: {} } } : outputSchema, words)))]
}

/**
 * A scripted coder for the tools `ls`, `read`, `glob`, `bash` and `edit`. It keeps no state: what it does next follows
 * from the conversation alone, so a run goes on after a crash, or with another simulator, as if nothing had happened.
 *
 * Asked to fix something, it runs `node --test`, reads the failing test and the code that it calls, and tries small
 * changes until the tests pass; it says so honestly when it finds none. Asked what is there, it reads the code and tells;
 * asked for "five agents", it gives each a file through the tool `task`. Asked for anything else, it looks around and says
 * that it is a simulator.
 */
export function codingScenario(): Scenario {
  return (conversation): TurnLike => {
    const { toolChoice } = conversation
    if (typeof toolChoice !== 'object') return shaped(conversation, steps(conversation))
    const schema = conversation.tools.find(({ name }) => name === toolChoice.tool)?.schema
    return callTool(toolChoice.tool, sampleValue(schema, say.whoIAm))
  }
}
