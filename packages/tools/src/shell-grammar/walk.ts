/** Walks the tree of a command line in the order of its commands and hands on every simple command that it would run. */
import type {
  CommandNode,
  Coproc,
  For,
  If,
  ParsedScript,
  Pipeline,
  PipelineNode,
  Redirection,
  Select,
  Statement,
  SyntaxNode,
  Word,
} from 'unbash'
import { examine, examineTest, type WordVisitor } from './examine.ts'
import { DELIMITER, DOUBLE, isDouble, isTornApart } from './distrust.ts'
import { type After, type Directories, either, type Findings, staying, whichever } from './findings.ts'
import type { Grammar } from './grammar.ts'
import { runCommand } from './run-command.ts'
import { redirect } from './redirect.ts'
import type { CommandWalker, Run } from './running.ts'
import { wordOf, wordOfAssignment } from './word-of.ts'
import type { ShellWord } from './shell-word.ts'
import { assignmentRisk, environmentRisk } from './variables.ts'

const MOST_LEVELS = 12
const MOST_COMMANDS = 400

/**
 * How a part of a line is read: by which shells, how deep it lies in others, and whether it is a substitution of several commands.
 * Of these bash 5.2 writes its own copy before it runs it, in which a heredoc takes the `;` from what follows in its line.
 */
export type Reading = { readonly anyShell: boolean; readonly level: number; readonly copied?: boolean }

export class Walker implements WordVisitor, CommandWalker {
  readonly grammar: Grammar
  readonly findings: Findings
  readonly anyShell: boolean
  readonly #level: number
  readonly #copied: boolean
  /** Where what is in a word runs. */
  #here: Directories

  constructor(grammar: Grammar, findings: Findings, { anyShell, level, copied = false }: Reading) {
    this.grammar = grammar
    this.findings = findings
    this.anyShell = anyShell
    this.#level = level
    this.#copied = copied
  }

  undecided(why: string): void {
    this.findings.undecided.add(why)
  }

  script(script: ParsedScript | undefined): void {
    if (script === undefined) return this.undecided('it has a substitution that is not understood')
    if (script.commands.length === 0) this.undecided('it has an empty substitution')
    const copied = script.commands.length > 1 || script.commands[0]?.command.type !== 'Command'
    this.#inner(this.anyShell, copied).#tree(script, this.#here)
  }

  /** Code that a command hands to a shell, as text. */
  code(source: string, directories: Directories, anyShell: boolean): After {
    return this.#inner(anyShell || this.anyShell).source(source, directories)
  }

  run(words: readonly ShellWord[], run: Run): After {
    return runCommand(words, run)
  }

  source(source: string, directories: Directories): After {
    if (this.#level > MOST_LEVELS) {
      this.undecided(`it has more than ${MOST_LEVELS} commands within each other`)
      return staying(undefined)
    }
    if (/(?<!\\)(?:\\\\)*\\$/.test(source)) this.undecided('it ends in a backslash')
    return this.#tree(this.grammar.parse(source), directories)
  }

  #inner(anyShell: boolean, copied: boolean = false): Walker {
    return new Walker(this.grammar, this.findings, { anyShell, level: this.#level + 1, copied })
  }

  #tree(script: ParsedScript, directories: Directories): After {
    const [error] = script.errors ?? []
    if (error !== undefined) this.undecided(`it is no complete command: ${error.message}`)
    if (this.#level > MOST_LEVELS || this.findings.commands.length > MOST_COMMANDS) {
      this.undecided('it has too many commands')
      return staying(undefined)
    }
    const after = this.#statements(script.commands, directories)
    // Errors within are only found while it is walked.
    if (script.errors !== undefined && error === undefined) this.undecided('it is no complete command')
    return after
  }

  #statements(statements: readonly Statement[], directories: Directories): After {
    let after = staying(directories)
    for (const { command, background } of statements) {
      const before = whichever(after)
      after = this.#node(command, before)
      if (background === true) after = staying(before)
    }
    return after
  }

  #node(node: PipelineNode | Statement['command'], directories: Directories): After {
    switch (node.type) {
      case 'AndOr': {
        const [first, ...rest] = node.commands
        let after = first === undefined ? staying(directories) : this.#node(first, directories)
        for (const [index, command] of rest.entries()) {
          const and = node.operators[index] === '&&'
          const next = this.#node(command, and ? after.ok : after.bad)
          after = and ? { ok: next.ok, bad: either(after.bad, next.bad) } : { ok: either(after.ok, next.ok), bad: next.bad }
        }
        return after
      }
      case 'Pipeline':
        return this.#pipeline(node, directories)
      default:
        return this.#command(node, directories)
    }
  }

  #pipeline({ prefixes, commands }: Pipeline, directories: Directories): After {
    const [only, ...more] = commands
    if (only !== undefined && more.length === 0) {
      const after = this.#command(only, directories)
      return prefixes.some(({ type }) => type === 'Negation') ? { ok: after.bad, bad: after.ok } : after
    }
    // Each runs in a shell of its own.
    for (const command of commands) this.#command(command, directories)
    return staying(directories)
  }

  #command(node: CommandNode, directories: Directories): After {
    this.#here = directories
    switch (node.type) {
      case 'Command':
        return this.#simple(node, directories)
      case 'Redirected':
        for (const each of node.redirects) this.#redirect(each, directories)
        return this.#command(node.command, directories)
      case 'Subshell':
        if (isDouble(node)) this.undecided(DOUBLE)
        this.#statements(node.body.commands, directories)
        return staying(directories)
      case 'BraceGroup':
        return this.#statements(node.body.commands, directories)
      case 'If':
        return this.#if(node, directories)
      case 'For':
      case 'Select':
        return this.#for(node, directories)
      case 'ArithmeticFor':
        for (const each of [node.initialize, node.test, node.update]) if (each !== undefined) examine(each, this)
        return this.#repeated(directories, (from) => this.#statements(node.body.commands, from))
      case 'While':
        return this.#repeated(directories, (from) =>
          this.#statements(node.body.commands, whichever(this.#statements(node.clause.commands, from))),
        )
      case 'Case':
        return this.#case(node, directories)
      case 'TestCommand':
        examineTest(node.expression, this)
        return staying(directories)
      case 'ArithmeticCommand':
        if (node.expression !== undefined) examine(node.expression, this)
        else if (node.body.trim() !== '') this.undecided('it has a computation that is not understood')
        return staying(directories)
      case 'Function':
        return this.#function(node, directories)
      case 'Coproc':
        return this.#coproc(node, directories)
    }
  }

  /** Where it is called from is only known when it runs, and where it leaves its caller as well. */
  #function({ name, body }: Extract<CommandNode, { type: 'Function' }>, directories: Directories): After {
    const moves = this.findings.moves
    this.findings.functions.add(wordOf(name).value ?? name.text)
    if (body.type === 'CompoundList') this.#statements(body.commands, undefined)
    else this.#command(body, undefined)
    this.findings.wanders ||= this.findings.moves > moves
    return staying(this.findings.wanders ? undefined : directories)
  }

  #if({ clause, then, elif, else: last }: If, directories: Directories): After {
    const start = this.#statements(clause.commands, directories)
    let out = whichever(this.#statements(then.commands, start.ok))
    let open = start.bad
    for (const branch of elif) {
      const tried = this.#statements(branch.clause.commands, open)
      out = either(out, whichever(this.#statements(branch.then.commands, tried.ok)))
      open = tried.bad
    }
    return staying(either(out, last === undefined ? open : whichever(this.#statements(last.commands, open))))
  }

  #for(node: For | Select, directories: Directories): After {
    this.#sets(node.name.text)
    for (const word of node.wordlist ?? []) this.#word(word)
    return this.#repeated(directories, (from) => this.#statements(node.body.commands, from))
  }

  /** A body that changes the directory may be anywhere the next time. */
  #repeated(directories: Directories, body: (from: Directories) => After): After {
    const moved = this.findings.moves
    const after = whichever(body(directories))
    if (this.findings.moves === moved) return staying(either(directories, after))
    body(undefined)
    return staying(undefined)
  }

  #case(node: Extract<CommandNode, { type: 'Case' }>, directories: Directories): After {
    this.#word(node.word)
    let out = directories
    for (const { pattern, body } of node.items) {
      this.#here = directories
      for (const word of pattern) this.#word(word)
      out = either(out, whichever(this.#statements(body.commands, out)))
    }
    return staying(out)
  }

  #coproc({ name, body }: Coproc, directories: Directories): After {
    if (name !== undefined) this.#sets(name.text)
    if (body.type === 'CompoundList') this.#statements(body.commands, directories)
    else this.#command(body, directories)
    return staying(directories)
  }

  #simple(node: Extract<CommandNode, { type: 'Command' }>, directories: Directories): After {
    const { name, prefix, args, redirects } = node
    if (isTornApart(node)) this.undecided('it has a word that is not understood')
    for (const each of prefix) {
      if (each.type !== 'Assignment') continue
      examine(each, this)
      const value = each.value.type === 'Word' ? wordOf(each.value).value : undefined
      const why = name === undefined ? assignmentRisk(each.name, value) : environmentRisk(each.name, value)
      if (why !== undefined) this.undecided(why)
    }
    for (const each of redirects) this.#redirect(each, directories)
    if (name === undefined) return staying(directories)
    const words: ShellWord[] = [this.#word(name)]
    for (const each of args) {
      this.#look(each)
      words.push(each.type === 'Word' ? wordOf(each) : wordOfAssignment(each))
    }
    return runCommand(words, { walker: this, directories, input: redirects.at(-1) })
  }

  #redirect(redirection: Redirection, directories: Directories): void {
    if (redirection.descriptor?.type === 'FileDescriptorVariable') this.#sets(redirection.descriptor.name)
    if (redirection.type === 'HereDoc') {
      if (!DELIMITER.test(redirection.delimiter?.text ?? '')) this.undecided('it has a heredoc whose end is unusual')
      if (this.#copied) this.undecided('it has a heredoc among several commands of a substitution, which bash takes apart in its own way')
      this.#look(redirection.body)
    }
    if (redirection.type !== 'HereDoc' && redirection.target !== undefined) {
      this.#look(redirection.target)
      if (redirection.type === 'Redirect') redirect(redirection, wordOf(redirection.target), { findings: this.findings, directories })
    }
  }

  #sets(name: string): void {
    const why = assignmentRisk(name, undefined)
    if (why !== undefined) this.undecided(why)
  }

  #look(node: SyntaxNode): void {
    examine(node, this)
  }

  #word(word: Word): ShellWord {
    this.#look(word)
    return wordOf(word)
  }
}
