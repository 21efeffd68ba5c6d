/** Looks into words for the commands that they run, and for what the shell would only evaluate when it runs. */
import type { ParameterExpansionPart, ParsedScript, SyntaxNode, TestExpression, Word } from 'unbash'
import type { Grammar } from './grammar.ts'
import { assignmentRisk } from './variables.ts'

/** What to do with what is found in a word. */
export interface WordVisitor {
  readonly grammar: Grammar
  /** Whether shells that are not bash may read this, for which some quotes mean something else. */
  readonly anyShell: boolean
  script(script: ParsedScript | undefined): void
  undecided(why: string): void
}

/** Escapes of one byte that is none of the unusual ones; a zero byte would end the word. */
const ESCAPED = /^\$'(?:[^\\]|\\[abeEfnrtv\\'"?]|\\(?!000)[01][0-7]{2}|\\x(?!00)[0-7][\da-fA-F])*'$/
const NUMBER = /^-?(?:\d+|0x[\da-f]+)$/i
const NUMERIC = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge'])
/** `[x]=…` in a list, where `x` is computed. */
const COMPUTED_PLACE = /^(?:\\\n)*\[(?!\d+\]\+?=)[^]*=/
const EVALUATED = 'it computes with what is only known when it runs, which the shell may evaluate as a command'

/** Look into a word, an assignment's value, a heredoc's body, or whatever else may hold expansions. */
export function examine(node: SyntaxNode, visitor: WordVisitor): void {
  switch (node.type) {
    case 'Word':
      if (isTorn(node)) visitor.undecided('it has a word that is not understood')
      break
    case 'CommandExpansion':
    case 'ProcessSubstitution':
    case 'ArithmeticCommandExpansion':
      if (/^[$<>]\(\(/.test(node.text))
        visitor.undecided('it begins with two brackets that are no computation, which bash reads in its own way')
      return visitor.script(node.script)
    case 'ArithmeticWord':
      if (!NUMBER.test(node.value)) visitor.undecided(EVALUATED)
      break
    case 'ParameterExpansion':
      examineParameter(node, visitor)
      break
    case 'ExtendedGlob':
      visitor.undecided('it has an extended pattern, which not every shell reads alike')
      break
    case 'LocaleString':
      visitor.undecided('it has a translated string')
      break
    case 'AnsiCQuoted':
      if (visitor.anyShell) visitor.undecided("it has $'…', which not every shell reads alike")
      if (!ESCAPED.test(node.text)) visitor.undecided("it has an unusual escape in $'…'")
      return
    case 'Assignment':
      if (node.index !== undefined && !isPlainIndex(node.index)) visitor.undecided(EVALUATED)
      break
    case 'ArrayValue':
      if (node.elements.some(({ text }) => COMPUTED_PLACE.test(text))) visitor.undecided(EVALUATED)
      break
    default:
  }
  visitor.grammar.forEachChild(node, (child) => examine(child, visitor))
}

/** What stands bare in a word cannot hold what would have ended it, or an expansion that nobody found. */
const isTorn = ({ text, parts }: Word): boolean =>
  (parts ?? [{ type: 'Literal', text } as const]).some(
    (part) => part.type === 'Literal' && /[\s<>()|&;`'"]|\$[\w({[@*#?!$'"-]/.test(part.text.replaceAll(/\\[^]/g, '')),
  )

const isPlainIndex = (index: Word): boolean => /^(?:\d+|@|\*)$/.test(index.text)

function examineParameter({ parameter, prefix, index, operation }: ParameterExpansionPart, visitor: WordVisitor): void {
  if (index !== undefined && !isPlainIndex(index)) visitor.undecided(EVALUATED)
  if (prefix === '!' && operation?.type !== 'Names') visitor.undecided('it reads a variable whose name is only known when it runs')
  switch (operation?.type) {
    case 'Slice':
      if (![operation.offset, operation.length].every((word) => word === undefined || NUMBER.test(word.text.trim())))
        visitor.undecided(EVALUATED)
      return
    case 'Transform':
      if (!/^[QULuEaAKk]$/.test(operation.operand.text)) visitor.undecided('it expands a variable as a prompt, which may run commands')
      return
    case 'Unknown':
      visitor.undecided('it has an expansion that is not understood')
      return
    case 'Default': {
      const why = operation.operator.includes('=') ? assignmentRisk(parameter, undefined) : undefined
      if (why !== undefined) visitor.undecided(why)
      return
    }
    default:
  }
}

/** `[[ … ]]` computes with both sides of a numeric operator, and with the subscript behind `-v`. */
export function examineTest(expression: TestExpression, visitor: WordVisitor): void {
  switch (expression.type) {
    case 'TestUnary':
      if (expression.operator === '-v' || expression.operator === '-R') visitor.undecided(EVALUATED)
      return examine(expression.operand, visitor)
    case 'TestBinary':
      if (NUMERIC.has(expression.operator) && !(NUMBER.test(expression.left.text) && NUMBER.test(expression.right.text))) {
        visitor.undecided(EVALUATED)
      }
      examine(expression.left, visitor)
      return examine(expression.right, visitor)
    case 'TestLogical':
      for (const operand of expression.operands) examineTest(operand, visitor)
      return
    case 'TestNot':
      return examineTest(expression.operand, visitor)
    case 'TestGroup':
      return examineTest(expression.expression, visitor)
  }
}
