/** Reads an exported session, and checks that it is whole and the one that was written. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { decodeRecord } from '../journal/record.ts'
import type { Rewinding } from '../journal/rewindings.ts'
import { continued, damagedFile, decodeLine, type SessionFileEnd, type SessionFileLine } from '../journal/session-file.ts'
import { checkRecord } from '../journal/verify-record.ts'

type Blob = { readonly digest: string; readonly text: string }

export type SessionFile = {
  readonly id: string
  readonly records: readonly string[]
  readonly notes: readonly Rewinding[]
  readonly inbox: readonly string[]
  readonly blobs: readonly Blob[]
  readonly missingBlobs: readonly string[]
}

/** Throws `store_corrupt` or `store_newer`, naming the line. Empty lines are passed over. */
export async function readSessionFile(lines: AsyncIterable<string> | Iterable<string>, host: Host): Promise<SessionFile> {
  const reading = new Reading(host)
  for await (const line of lines) reading.take(line)
  return reading.finish()
}

class Reading {
  readonly #host: Host
  #number = 0
  #id: string | undefined
  #end: SessionFileEnd | undefined
  /** Chain digest of the record before. */
  #previous = ''
  #digest = ''
  readonly #records: string[] = []
  readonly #notes: Rewinding[] = []
  readonly #inbox: string[] = []
  readonly #blobs: Blob[] = []

  constructor(host: Host) {
    this.#host = host
  }

  take(text: string): void {
    this.#number++
    if (text.trim() === '') return
    const line = decodeLine(text, this.#number)
    if (this.#end !== undefined) throw this.#damaged('it stands behind the end')
    if ((line.type === 'session') !== (this.#id === undefined)) throw this.#damaged('the head must be the first line, and the only one')
    this.#add(line)
    this.#digest = continued(this.#digest, text.trimEnd(), this.#host)
  }

  finish(): SessionFile {
    const [id, end] = [this.#id, this.#end]
    if (id === undefined) throw new AgentError('store_corrupt', 'There is no exported session: no line was given')
    this.#number++
    if (end === undefined) throw this.#damaged('the file was cut off')
    return {
      id,
      records: this.#records,
      notes: this.#notes,
      inbox: this.#inbox,
      blobs: this.#blobs,
      missingBlobs: end.missingBlobs,
    }
  }

  #add(line: SessionFileLine): void {
    switch (line.type) {
      case 'session':
        this.#id = line.id
        return
      case 'record':
        this.#check(line.record)
        this.#records.push(line.record)
        return
      case 'rewinding':
        this.#notes.push(line.note)
        return
      case 'inbox':
        this.#inbox.push(line.entry)
        return
      case 'blob':
        if (this.#host.digest(line.text) !== line.digest) throw this.#damaged(`the text of blob ${line.digest} has another digest`)
        this.#blobs.push(line)
        return
      case 'end':
        this.#close(line.end)
    }
  }

  #check(record: string): void {
    const offset = this.#records.length
    try {
      const check = checkRecord(record, this.#previous, this.#host)
      if (check.status === 'damaged') throw this.#damaged(check.message)
      const { fact, chain } = decodeRecord(record, offset, { host: this.#host, key: 'the export' })
      if (offset === 0 && fact?.type !== 'session_created') throw this.#damaged('a session begins with session_created')
      this.#previous = chain
    } catch (error) {
      if (!isAgentError(error, 'store_corrupt') || error.details.line !== undefined) throw error
      throw this.#damaged(toMessage(error))
    }
  }

  #close(end: SessionFileEnd): void {
    if (this.#records.length === 0) throw this.#damaged('there is no record before it')
    if (end.digest !== this.#digest) throw this.#damaged('a line before it is not the one that was written')
    this.#end = end
  }

  #damaged(why: string): AgentError {
    return damagedFile(this.#number, why)
  }
}
