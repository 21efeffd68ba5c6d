/** Loads the grammar of the shell when the first command is to be understood. */
import type { ParsedScript, SyntaxNode } from 'unbash'

/** What is needed of the grammar. It recovers from errors: a tree with `errors` anywhere in it must not be believed. */
export interface Grammar {
  parse(source: string): ParsedScript
  forEachChild(node: SyntaxNode, visit: (child: SyntaxNode) => void): void
}

export const loadGrammar = (): Promise<Grammar> => import('unbash')
