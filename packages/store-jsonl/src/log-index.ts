/** Remembers where the batches of a log begin, so that neither an append nor a read from the middle starts at the top of the file. */
import type { Mark } from './line.ts'

/** Marks are at least so many bytes apart. */
const MARK_DISTANCE = 64 * 1024
/** How many logs are remembered. */
const LOGS = 512

export class LogIndex {
  /** The log that this is about: a file of the same name written anew has another tag. */
  readonly tag: string
  readonly #marks: Mark[]
  #end: Mark
  /** The name of the file is known to be on the disk. */
  named = false
  /** The disk refused a sync, so what is in the file may never reach it unless it is written again. */
  doubtful = false

  constructor(tag: string, start: Mark) {
    this.tag = tag
    this.#marks = [start]
    this.#end = start
  }

  /** The last end of a batch that was seen. */
  get end(): Mark {
    return this.#end
  }

  /** Notes the end of a batch. */
  note(mark: Mark): void {
    if (mark.position <= this.#end.position) return
    this.#end = mark
    if (mark.position - (this.#marks.at(-1)?.position ?? 0) >= MARK_DISTANCE) this.#marks.push(mark)
  }

  /** A place from which a read that wants `offset` can begin. */
  before(offset: number): Mark {
    if (offset >= this.#end.offset) return this.#end
    const after = this.#marks.findIndex((mark) => mark.offset > offset)
    return this.#marks.at(after === -1 ? -1 : after - 1) ?? this.#end
  }
}

/** The indexes of the logs used last, by path. */
export class LogIndexes {
  readonly #byPath = new Map<string, LogIndex>()

  get(path: string): LogIndex | undefined {
    return this.#byPath.get(path)
  }

  set(path: string, index: LogIndex): void {
    this.#byPath.delete(path)
    this.#byPath.set(path, index)
    for (const oldest of this.#byPath.keys()) {
      if (this.#byPath.size <= LOGS) break
      this.#byPath.delete(oldest)
    }
  }

  delete(path: string): void {
    this.#byPath.delete(path)
  }
}
