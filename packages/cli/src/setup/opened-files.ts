/** Remembers which file a workflow was begun from, and in which file one of that name was found: its log has no file. */

/** What is remembered, as it goes from one process to another. */
export type OpenedFiles = Readonly<Record<string, string>>

export class FilesOfWorkflows {
  readonly #known: Map<string, string>
  readonly #tell: (key: string, file: string) => void

  /** `tell` hears of whatever is learned, to keep it for longer than this process lives. */
  constructor(known: OpenedFiles = {}, tell: (key: string, file: string) => void = () => undefined) {
    this.#known = new Map(Object.entries(known))
    this.#tell = tell
  }

  /** The file that this one was begun from, or else the last one that had a workflow of its name. */
  of(id: string, name: string): string | undefined {
    return this.#known.get(begun(id)) ?? this.#known.get(named(name))
  }

  begun(id: string, file: string): void {
    this.#learn(begun(id), file)
  }

  found(name: string, file: string): void {
    this.#learn(named(name), file)
  }

  #learn(key: string, file: string): void {
    if (this.#known.get(key) === file) return
    this.#known.set(key, file)
    this.#tell(key, file)
  }
}

const begun = (id: string): string => `begun ${id}`

const named = (name: string): string => `named ${name}`
