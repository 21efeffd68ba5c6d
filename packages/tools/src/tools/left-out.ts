/** What a call finds and may not read, because the policy does not let it. */
import type { ToolContext } from '@seamfold/core/kit'

/** Judges paths, each once, and remembers how many were left out. */
export class LeftOut {
  readonly #permits: ToolContext['permits']
  #count = 0

  constructor({ permits }: Pick<ToolContext, 'permits'>) {
    this.#permits = permits
  }

  /** `path` is relative to the root, links followed. */
  mayRead(path: string): boolean {
    const may = this.#permits({ kind: 'read', path })
    if (!may) this.#count++
    return may
  }

  /** A line for the model, if anything was left out. */
  notes(): readonly string[] {
    if (this.#count === 0) return []
    if (this.#count === 1) return ['[1 file was left out: a rule does not let it be read]']
    return [`[${this.#count} files were left out: rules do not let them be read]`]
  }
}
